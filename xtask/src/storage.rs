//! The cache folder, which programs of the SDK use too, and files that appear whole or not at all.

use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) use multicond_format::storage::write_atomically;

/// Where installed files live.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let folder = multicond_format::storage::cache_folder().context(
        "no cache folder: none of MULTICOND_CACHE_DIR, XDG_CACHE_HOME (an absolute path) and HOME is set",
    )?;
    std::path::absolute(&folder)
        .with_context(|| format!("the cache folder {} is not a path", folder.display()))
}
