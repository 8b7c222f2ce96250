//! The complete test run: installs the files it needs, then runs the checks, then all tests without skipping any.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::assets::{self, Which};
use crate::fuzz::{Length, Targets};
use crate::python::Environment;
use crate::stages::Stage;
use crate::{check, fuzz, library, long, process, runtimes, storage, workspace};

/// Seconds for each fuzz target.
const FUZZING: u32 = 10;

/// The extent of a test run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Tests that need nothing but Rust.
    Portable,
    /// All tests.
    Tests,
    /// All tests and checks, as in CI.
    Checked,
    /// Also what takes too long for CI.
    All,
}

pub(crate) fn stages(extent: Extent) -> Result<Vec<Stage>> {
    if extent == Extent::Portable {
        return Ok(vec![Stage::new("tests", || {
            process::run(&mut workspace::cargo(["test", "--workspace", "--locked"])?)
        })]);
    }
    let cache = storage::cache_folder()?;
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
        Stage::new("EfficientNet weights", {
            let cache = cache.clone();
            move || assets::install(Which::Efficientnet, &cache).map(drop)
        }),
        Stage::new("Python references", {
            let environment = environment.clone();
            move || {
                let requirements = workspace::root()?.join("xtask/assets/requirements.txt");
                Environment::prepare(&environment, &requirements).map(drop)
            }
        }),
    ];
    let runtimes = runtimes::folder()?;
    stages.push(Stage::new("other runtimes", {
        let runtimes = runtimes.clone();
        move || runtimes::install(&runtimes)
    }));
    let blender = blender(&cache);
    if blender.is_some() {
        let cache = cache.clone();
        stages.push(Stage::new("Blender", move || {
            assets::install(Which::Blender, &cache).map(drop)
        }));
    }
    if extent != Extent::Tests {
        stages.extend(check::stages());
    }
    stages.push(Stage::new("C library", || library::install().map(drop)));
    stages.push(Stage::new("tests", {
        let blender = blender.clone();
        move || run_tests(&cache, &environment, &runtimes, blender.as_deref())
    }));
    stages.push(Stage::new("fuzzing", || {
        fuzz::run(Targets::Sdk, Length::Seconds(FUZZING))
    }));
    if extent == Extent::All {
        stages.extend(long::stages(blender));
    }
    Ok(stages)
}

/// The interpreter that will have Blender, if it can be installed on this machine.
fn blender(cache: &Path) -> Option<PathBuf> {
    match assets::blender::obstacle() {
        None => Some(assets::blender::interpreter(cache)),
        Some(reason) => {
            eprintln!("skipping the test of examples/blender: {reason}");
            None
        }
    }
}

/// The environment variables make tests fail whose requirements are missing, instead of skipping them.
fn run_tests(
    cache: &Path,
    environment: &Path,
    runtimes: &Path,
    blender: Option<&Path>,
) -> Result<()> {
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
    runtimes::require(&mut command, runtimes);
    if let Some(interpreter) = blender {
        command
            .env("MULTICOND_BLENDER_PYTHON", interpreter)
            .env("MULTICOND_REQUIRE_BLENDER", "1");
    }
    process::run(&mut command)
}
