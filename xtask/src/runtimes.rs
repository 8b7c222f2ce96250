//! Other runtimes that run model files: installs them and runs `tests/tests/runtimes.rs` with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::assets::{self, Which};
use crate::python::Environment;
use crate::stages::Stage;
use crate::{files, process, storage, workspace};

/// Installs the runtimes of every test run.
pub(crate) fn install(folder: &Path) -> Result<()> {
    environment(folder, "runtimes")?;
    match browser_obstacle() {
        Some(reason) => {
            eprintln!("skipping ONNX Runtime Web: {reason}");
            Ok(())
        }
        None => install_web(&web(folder)),
    }
}

/// Where [`install`] puts everything.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("runtimes"))
}

/// Makes tests run the installed runtimes, and fail if one is missing that can be installed here.
pub(crate) fn require(command: &mut Command, folder: &Path) {
    let python = Environment::at(&folder.join("runtimes"));
    command
        .env("MULTICOND_RUNTIMES_PYTHON", python.interpreter())
        .env("MULTICOND_REQUIRE_RUNTIMES", "1");
    if browser_obstacle().is_none() {
        command
            .env("MULTICOND_RUNTIMES_WEB", library(folder))
            .env("MULTICOND_REQUIRE_BROWSER", "1");
    }
}

/// The stages of `cargo xtask runtimes`: also the runtimes and models that are too large for every test run.
pub(crate) fn stages() -> Result<Vec<Stage>> {
    let (cache, folder) = (storage::cache_folder()?, folder()?);
    let more = Environment::at(&folder.join("more-runtimes"));
    let more = more.interpreter().to_owned();
    Ok(vec![
        Stage::new("ONNX Runtime", move || {
            assets::install(Which::Ort, &cache).map(drop)
        }),
        Stage::new("other runtimes", {
            let folder = folder.clone();
            move || install(&folder)
        }),
        Stage::new("more runtimes", {
            let folder = folder.clone();
            move || environment(&folder, "more-runtimes").map(drop)
        }),
        Stage::new("comparison", move || {
            let mut command = workspace::cargo(["test", "--workspace", "--locked"])?;
            command.args(["--test=runtimes", "--", "--ignored", "--nocapture"]);
            require(&mut command, &folder);
            process::run(command.env("MULTICOND_MORE_RUNTIMES_PYTHON", more))
        }),
    ])
}

fn environment(folder: &Path, name: &str) -> Result<Environment> {
    let requirements = format!("xtask/assets/{name}-requirements.txt");
    let requirements = workspace::root()?.join(requirements);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Environment::prepare(&folder.join(name), &requirements)
}

fn web(folder: &Path) -> PathBuf {
    folder.join("web")
}

fn library(folder: &Path) -> PathBuf {
    web(folder).join("node_modules/onnxruntime-web/dist")
}

/// Why there can be no browser here, or no npm to install ONNX Runtime Web with.
fn browser_obstacle() -> Option<String> {
    let missing = missing_programs();
    if missing.is_empty() || can_install() {
        return None;
    }
    let missing = missing.join(" and ");
    Some(format!(
        "{missing} not found (on Debian: apt-get install chromium npm)"
    ))
}

fn missing_programs() -> Vec<&'static str> {
    let is_missing =
        |program: &&str| process::read(Command::new(program).arg("--version")).is_err();
    ["chromium", "npm"].into_iter().filter(is_missing).collect()
}

/// Whether this is root's Debian.
fn can_install() -> bool {
    let user = process::read(Command::new("id").arg("-u"));
    user.is_ok_and(|user| user.trim() == "0")
        && process::read(Command::new("apt-get").arg("--version")).is_ok()
}

/// Installs ONNX Runtime Web and the browser.
fn install_web(folder: &Path) -> Result<()> {
    let missing = missing_programs();
    if !missing.is_empty() {
        process::run(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        install.args(["install", "--yes", "--no-install-recommends"]);
        process::run(install.args(missing))?;
    }
    let source = workspace::root()?.join("tests/runtimes/web");
    let lock = "package-lock.json";
    let is_same = || Some(fs::read(source.join(lock)).ok()? == fs::read(folder.join(lock)).ok()?);
    if is_same() == Some(true) {
        eprintln!(
            "{}: already installed, lock file unchanged",
            folder.display()
        );
        return Ok(());
    }
    let staging = folder.with_extension("new");
    files::clear(&staging)?;
    for name in ["package.json", lock] {
        files::copy(&source.join(name), &staging.join(name))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&staging)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    process::run(&mut npm).context("this needs access to the npm registry")?;
    files::clear(folder)?;
    fs::rename(&staging, folder)
        .with_context(|| format!("cannot move {} into place", staging.display()))?;
    if !library(folder.parent().context("a folder has a parent")?).is_dir() {
        bail!(
            "npm did not install ONNX Runtime Web in {}",
            folder.display()
        );
    }
    Ok(())
}
