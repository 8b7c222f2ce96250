//! The whole test run: the files it needs first, then the checks, then every test with nothing skipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::assets::{self, Which};
use crate::python::Environment;
use crate::stages::Stage;
use crate::{cache, check, digest, library, process, workspace};

pub(crate) fn stages(quick: bool) -> Result<Vec<Stage>> {
    let cache = cache::folder()?;
    let environment = workspace::target_folder()?.join("python");
    let mut stages = vec![
        Stage::new("ONNX Runtime", {
            let cache = cache.clone();
            move || assets::install(Which::Ort, &cache).map(drop)
        }),
        Stage::new("LPIPS weights", {
            let cache = cache.clone();
            move || assets::install(Which::Lpips, &cache).map(drop)
        }),
        Stage::new("Python references", {
            let environment = environment.clone();
            move || prepare_python(&environment)
        }),
    ];
    if !quick {
        stages.extend(check::stages());
    }
    stages.push(Stage::new("C library", || library::install().map(drop)));
    stages.push(Stage::new("tests", move || run_tests(&cache, &environment)));
    Ok(stages)
}

/// The environment variables make a test that lacks something fail instead of passing without looking.
fn run_tests(cache: &Path, environment: &Path) -> Result<()> {
    let mut command = workspace::cargo(["test", "--workspace", "--locked"])?;
    command
        .env("MULTICOND_CACHE_DIR", cache)
        .env("MULTICOND_REQUIRE_ORT", "1")
        .env("MULTICOND_REQUIRE_ASSETS", "1")
        .env("MULTICOND_REQUIRE_PYTHON", "1")
        .env("MULTICOND_REQUIRE_INSTALL", "1")
        .env("MULTICOND_REQUIRE_VALGRIND", "1")
        .env("MULTICOND_INSTALL", library::prefix()?)
        .env(
            "MULTICOND_PYTHON",
            Environment::at(environment).interpreter(),
        );
    process::run(&mut command)
}

/// Builds the environment of the reference tests, unless it already holds what is pinned.
fn prepare_python(folder: &Path) -> Result<()> {
    let requirements = workspace::root()?.join("xtask/assets/requirements.txt");
    let wanted = fs::File::open(&requirements)
        .and_then(digest::of)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp: PathBuf = folder.join("requirements.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted)
        && Environment::at(folder).works()
    {
        eprintln!(
            "{}: already there, requirements unchanged",
            folder.display()
        );
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    eprintln!("installing {}", requirements.display());
    Environment::create(folder)?.install(&requirements)?;
    // Written last: without it an interrupted installation starts over.
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
