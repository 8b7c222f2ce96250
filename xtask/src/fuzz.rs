//! Builds the fuzz targets with libFuzzer and AddressSanitizer, and runs them.
//!
//! Sanitizers are an unstable option of rustc, which `RUSTC_BOOTSTRAP` allows on the stable toolchain; so neither a
//! nightly toolchain nor cargo-fuzz is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{process, workspace};

/// Targets for what the SDK reads.
const SDK: [&str; 6] = [
    "c_structs",
    "image_decode",
    "label_exr",
    "label_npy",
    "label_png",
    "model_file",
];

/// Targets for what training reads. They take minutes to compile.
const TRAINING: [&str; 3] = ["checkpoint_pth", "nyu_mat", "picture_jpeg"];

/// Which targets to run.
#[derive(Clone, Copy)]
pub(crate) enum Targets<'a> {
    Sdk,
    All,
    One(&'a str),
}

/// How long to run each target.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    Seconds(u32),
    Executions(u64),
}

/// What is instrumented: comparisons and branches, as cargo-fuzz does it.
const COVERAGE: [&str; 7] = [
    "--cfg=fuzzing",
    "-Zsanitizer=address",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// No input may take more: a limit for one allocation, and one for the process with its instrumentation.
const LIMITS: [&str; 3] = ["-timeout=10", "-malloc_limit_mb=1024", "-rss_limit_mb=4096"];

/// Builds targets and runs them, one after the other.
pub(crate) fn run(targets: Targets<'_>, length: Length) -> Result<()> {
    let names = names(targets)?;
    let programs = build(targets)?;
    for name in names {
        run_one(name, &programs.join(name), length)?;
    }
    Ok(())
}

fn names(targets: Targets<'_>) -> Result<Vec<&str>> {
    let all = || SDK.into_iter().chain(TRAINING);
    match targets {
        Targets::Sdk => Ok(SDK.to_vec()),
        Targets::All => Ok(all().collect()),
        Targets::One(name) => {
            let names: Vec<&str> = all().collect();
            ensure!(
                names.contains(&name),
                "no such target; there are {}",
                names.join(", ")
            );
            Ok(vec![name])
        }
    }
}

/// Builds the programs and returns their folder.
fn build(targets: Targets<'_>) -> Result<PathBuf> {
    let root = workspace::root()?;
    // Uses the same versions of dependencies as the workspace.
    fs::copy(root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"))
        .context("cannot copy Cargo.lock to fuzz")?;
    let folder = workspace::target_folder()?.join("fuzz");
    // With a named target, build scripts and macros are not instrumented.
    let target = host()?;
    let mut command = workspace::cargo(["build", "--release", "--manifest-path=fuzz/Cargo.toml"])?;
    command.arg("--target").arg(&target);
    command.arg("--target-dir").arg(&folder);
    match targets {
        Targets::Sdk => {
            command.args(SDK.map(|name| format!("--bin={name}")));
        }
        Targets::All => {
            command.args(["--bins", "--features=train"]);
        }
        Targets::One(name) => {
            command.arg(format!("--bin={name}"));
            if TRAINING.contains(&name) {
                command.arg("--features=train");
            }
        }
    }
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", COVERAGE.join(" "));
    process::run(&mut command)?;
    Ok(folder.join(target).join("release"))
}

/// The target triple of the toolchain.
fn host() -> Result<String> {
    let printed = process::read(Command::new("rustc").arg("-vV"))?;
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}

/// Runs a target on its seeds and on what it found before, then on changes of them.
fn run_one(name: &str, program: &Path, length: Length) -> Result<()> {
    let fuzz = workspace::root()?.join("fuzz");
    let made = |kind: &str| {
        let folder = fuzz.join(kind).join(name);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok::<_, anyhow::Error>(folder)
    };
    let (corpus, artifacts) = (made("corpus")?, made("artifacts")?);
    let mut command = Command::new(program);
    command
        .current_dir(&fuzz)
        .args(LIMITS)
        .arg(match length {
            Length::Seconds(seconds) => format!("-max_total_time={seconds}"),
            Length::Executions(runs) => format!("-runs={runs}"),
        })
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-print_final_stats=1", "-verbosity=0"])
        // ONNX Runtime frees its last memory after the program.
        .env("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1")
        .arg(corpus);
    let seeds = fuzz.join("seeds").join(name);
    if seeds.is_dir() {
        command.arg(seeds);
    }
    process::run(&mut command)
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
        assert_eq!(declared, names(Targets::All)?);
        Ok(())
    }
}
