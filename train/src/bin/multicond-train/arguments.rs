//! Arguments that several subcommands share.

use std::path::PathBuf;

use multicond::model::Size;

/// Parses `WIDTHxHEIGHT`.
pub(crate) fn size(text: &str) -> Result<Size, String> {
    let parsed = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match parsed {
        Some((width, height)) => Ok(Size { width, height }),
        None => Err("expected WIDTHxHEIGHT, for example 256x256".into()),
    }
}

/// A file that `cargo xtask assets` installs.
pub(crate) fn cached(name: &str) -> PathBuf {
    multicond::cache_folder().unwrap_or_default().join(name)
}
