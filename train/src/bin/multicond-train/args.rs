//! Argument parsers and output helpers shared by the subcommands.

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
        false => Err(format!("width and height must be 1 to {MAX_SIDE} pixels")),
    }
}

/// Prints to standard output. A closed pipe is not an error, so that `| head` works.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output"),
    }
}

/// Prints the path of what a command made.
pub(crate) fn print_path(path: &Path) -> Result<()> {
    print(&format!("{}\n", path.display()))
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Checks that the folder of an output file exists, so that a long run does not fail at its end.
pub(crate) fn require_folder(file: &Path) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let exists = folder.is_none_or(Path::is_dir);
    ensure!(exists, "{}: its folder does not exist", file.display());
    Ok(())
}

/// The path of a file that `cargo xtask assets` installs.
pub(crate) fn cached(name: &str) -> PathBuf {
    multicond::cache_folder().unwrap_or_default().join(name)
}
