//! Installs external files for tests and training into the cache folder.

pub(crate) mod blender;
mod convert;
mod efficientnet;
mod lpips;
mod ort;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum;

use crate::digest::{self, Found};

/// Which files to install.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    /// The ONNX Runtime library.
    Ort,
    /// VGG16 and AlexNet with the LPIPS heads.
    Lpips,
    /// EfficientNet-Lite0.
    Efficientnet,
    /// Blender as a Python module, for examples/blender (519 MB, needs Python 3.11; not part of `all`).
    Blender,
    /// Everything except Blender.
    #[default]
    All,
}

/// Installs missing files and returns the paths of all.
pub(crate) fn install(which: Which, cache: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if matches!(which, Which::Ort | Which::All) {
        paths.push(ort::install(cache)?);
    }
    if matches!(which, Which::Lpips | Which::All) {
        paths.extend(lpips::install(cache)?);
    }
    if matches!(which, Which::Efficientnet | Which::All) {
        paths.push(efficientnet::install(cache)?);
    }
    if which == Which::Blender {
        paths.push(blender::install(cache)?);
    }
    Ok(paths)
}

/// Whether a file is installed with the pinned checksum; prints the result.
fn is_installed(path: &Path, sha256: &str) -> Result<bool> {
    let found = digest::look(path, sha256)?;
    match &found {
        Found::Expected => eprintln!("{}: already installed, checksum matches", path.display()),
        Found::Other(_) => eprintln!(
            "{}: checksum differs from the pinned one, installing again",
            path.display()
        ),
        Found::Nothing => {}
    }
    Ok(found == Found::Expected)
}
