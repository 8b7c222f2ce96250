//! The cache folder, which the SDK uses too, and atomic writing of files.

use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) use multicond_format::storage::write_atomically;

/// The folder of installed files.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let folder = multicond_format::storage::cache_folder().context(
        "no cache folder: none of MULTICOND_CACHE_DIR, XDG_CACHE_HOME and HOME is set to an absolute path",
    )?;
    std::path::absolute(&folder)
        .with_context(|| format!("the cache folder {} is not a path", folder.display()))
}
