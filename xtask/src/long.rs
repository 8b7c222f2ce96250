//! The checks of `cargo xtask test --all` that take too long for CI.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::fuzz::{Length, Targets};
use crate::stages::Stage;
use crate::{docs, files, fuzz, process, workspace};

/// Features of multicond-train with large dependencies.
const DEVICES: [&str; 3] = ["wgpu", "vulkan", "cuda"];

/// Seconds for each fuzz target.
const FUZZING: u32 = 30;

/// Damaged models.
const DAMAGED_MODELS: &str = "100000";

pub(crate) fn stages(blender: Option<PathBuf>) -> Vec<Stage> {
    let mut stages = vec![
        Stage::new("training devices", devices),
        Stage::new("damaged models", damaged_models),
        Stage::new("site", || docs::build().map(drop)),
    ];
    match blender {
        Some(python) => stages.push(Stage::new("overfitting", move || overfit(&python))),
        None => eprintln!(
            "skipping the overfitting benchmark: Blender, which renders its frames, is not available"
        ),
    }
    stages.push(Stage::new("all fuzzing", || {
        fuzz::run(Targets::All, Length::Seconds(FUZZING))
    }));
    stages
}

/// More of the damaged models of `sdk/core/tests/damaged_models.rs`.
fn damaged_models() -> Result<()> {
    let mut command = workspace::cargo(["test", "--locked", "--workspace"])?;
    command
        .args(["--test=damaged_models", "--", "--nocapture"])
        .env("MULTICOND_DAMAGED_MODELS", DAMAGED_MODELS);
    process::run(&mut command)
}

fn devices() -> Result<()> {
    for feature in DEVICES {
        device(feature)?;
    }
    // The build needs the library.
    if env::var_os("LIBTORCH").is_some() || env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        device("libtorch")
    } else {
        eprintln!("skipping the feature libtorch: LIBTORCH is not set");
        Ok(())
    }
}

fn device(feature: &str) -> Result<()> {
    let mut command = workspace::cargo(["clippy", "--locked", "--package=multicond-train"])?;
    command.args(["--features", feature, "--", "--deny", "warnings"]);
    // The build script of a dependency of `cuda` downloads LLVM, which checking does not need, unless this is set.
    command.env("DOCS_RS", "1");
    process::run(&mut command)
}

/// Checks that the networks can overfit four frames, which are rendered here.
fn overfit(python: &Path) -> Result<()> {
    let frames = workspace::target_folder()?.join("overfit");
    files::clear(&frames)?;
    process::run(
        Command::new(python)
            .current_dir(workspace::root()?)
            .args(["-B", "examples/blender/render_labels.py"])
            .arg(&frames)
            .args(["--rooms", "4", "--views", "1", "--size", "128x128"]),
    )?;
    let mut command = workspace::cargo(["bench", "--locked", "--package=multicond-train"])?;
    command
        .args(["--bench=overfit", "--", "--data"])
        .arg(&frames);
    process::run(&mut command)
}
