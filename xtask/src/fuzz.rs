//! Runs the fuzz targets, which need Rust's nightly toolchain.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::CARGO_FUZZ;
use crate::{process, workspace};

/// The targets, with a folder of seed files if there is one.
const TARGETS: [(&str, Option<&str>); 5] = [
    ("image_decode", None),
    ("label_exr", None),
    ("label_npy", None),
    ("label_png", Some("examples/rooms/frames/a")),
    ("model_file", None),
];

/// The reason why fuzzing is not possible on this machine, if there is one.
pub(crate) fn obstacle() -> Option<String> {
    let mut command = nightly();
    command.arg("--version");
    process::read(&mut command)
        .err()
        .map(|_| "no nightly toolchain; `rustup toolchain install nightly` installs it".into())
}

/// Runs a target, or all of them.
pub(crate) fn run(target: Option<&str>, seconds: u32) -> Result<()> {
    if let Some(reason) = obstacle() {
        anyhow::bail!(reason);
    }
    let known = TARGETS.iter().any(|(name, _)| Some(*name) == target);
    ensure!(
        known || target.is_none(),
        "no such target; there are {}",
        TARGETS.map(|(name, _)| name).join(", ")
    );
    let program = CARGO_FUZZ.install()?;
    let root = workspace::root()?;
    // Uses the same versions of dependencies as the workspace.
    fs::copy(root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"))
        .context("cannot copy Cargo.lock to fuzz")?;
    for (name, seeds) in TARGETS {
        if target.is_some_and(|target| target != name) {
            continue;
        }
        let corpus = root.join("fuzz/corpus").join(name);
        fs::create_dir_all(&corpus)
            .with_context(|| format!("cannot create {}", corpus.display()))?;
        let mut command = isolated(Command::new("rustup"));
        command
            .args(["run", "nightly"])
            .arg(&program)
            .args(["run", name])
            .arg(&corpus)
            .args(seeds.map(|seeds| root.join(seeds)))
            .args(["--", &format!("-max_total_time={seconds}")])
            .current_dir(&root);
        process::run(&mut command)?;
    }
    Ok(())
}

fn nightly() -> Command {
    let mut command = isolated(Command::new("rustup"));
    command.args(["run", "nightly", "cargo"]);
    command
}

/// Removes the environment variables of the cargo and toolchain that run this task.
fn isolated(mut command: Command) -> Command {
    for name in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_run() -> Result<()> {
        let path = workspace::root()?.join("fuzz/Cargo.toml");
        let manifest = fs::read_to_string(path)?;
        let manifest: toml::Table = manifest.parse()?;
        let declared: Vec<_> = manifest["bin"]
            .as_array()
            .context("no targets")?
            .iter()
            .filter_map(|target| target["name"].as_str())
            .collect();
        assert_eq!(declared, TARGETS.map(|(name, _)| name));
        Ok(())
    }
}
