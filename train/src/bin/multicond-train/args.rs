//! Arguments that several subcommands share.

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use multicond::{
    Size,
    limits::{MAX_SIDE, is_size},
};
use serde::Serialize;

/// Parses `WIDTHxHEIGHT`.
pub(crate) fn size(text: &str) -> Result<Size, String> {
    let size: Size = text.parse()?;
    match is_size(size.width, size.height) {
        true => Ok(size),
        false => Err(format!("a side has 1 to {MAX_SIDE} pixels")),
    }
}

/// Prints a text; a reader that has seen enough, as `head` has, is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot print"),
    }
}

/// Prints JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Checks that a file can be written where it is wanted, before hours of work for it.
pub(crate) fn require_folder(file: &Path) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let exists = folder.is_none_or(Path::is_dir);
    ensure!(exists, "{}: its folder does not exist", file.display());
    Ok(())
}

/// A file that `cargo xtask assets` installs.
pub(crate) fn cached(name: &str) -> PathBuf {
    multicond::cache_folder().unwrap_or_default().join(name)
}
