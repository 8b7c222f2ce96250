//! Outside files that tests and training use, installed into the cache folder.

mod lpips;
mod ort;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::digest::{self, Found};

/// The files to install.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    /// The ONNX Runtime library.
    Ort,
    /// VGG16 and AlexNet with the LPIPS heads.
    Lpips,
    /// Everything.
    #[default]
    All,
}

/// Installs what is not there yet and answers where each file is.
pub(crate) fn install(which: Which, cache: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if which != Which::Lpips {
        paths.push(ort::install(cache)?);
    }
    if which != Which::Ort {
        paths.extend(lpips::install(cache)?);
    }
    Ok(paths)
}

/// Says what was found, and whether it is all that is needed.
fn is_installed(path: &Path, sha256: &str) -> Result<bool> {
    let found = digest::look(path, sha256)?;
    match &found {
        Found::Expected => eprintln!("{}: already there, checksum matches", path.display()),
        Found::Other(_) => eprintln!(
            "{}: checksum differs from the pinned one, installing again",
            path.display()
        ),
        Found::Nothing => {}
    }
    Ok(found == Found::Expected)
}

/// A temporary folder inside the cache, from which a rename installs a file in one step.
fn staging(cache: &Path) -> Result<TempDir> {
    fs::create_dir_all(cache)
        .with_context(|| format!("cannot create the cache folder {}", cache.display()))?;
    tempfile::Builder::new()
        .prefix(".installing-")
        .tempdir_in(cache)
        .with_context(|| format!("cannot write to the cache folder {}", cache.display()))
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("cannot move {} to {}", from.display(), to.display()))
}
