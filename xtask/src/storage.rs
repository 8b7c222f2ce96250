//! The cache folder, which the SDK uses too, and atomic writing of files.

use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) use shared::write_atomically;

/// The folder of installed files.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let folder = shared::cache_folder().context(
        "no cache folder: none of MULTICOND_CACHE_DIR, XDG_CACHE_HOME (an absolute path) and HOME is set",
    )?;
    std::path::absolute(&folder)
        .with_context(|| format!("the cache folder {} is not a path", folder.display()))
}

/// Same as in `multicond_format::storage`.
mod shared {
    use std::env;
    use std::io::{self, Write};
    use std::path::{Path, PathBuf};

    pub(super) fn cache_folder() -> Option<PathBuf> {
        let set = |variable| {
            let value = env::var_os(variable).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        set("MULTICOND_CACHE_DIR")
            .or_else(|| {
                set("XDG_CACHE_HOME")
                    .filter(|folder| folder.is_absolute())
                    .map(|folder| folder.join("multicond"))
            })
            .or_else(|| set("LOCALAPPDATA").map(|folder| folder.join("multicond")))
            .or_else(|| env::home_dir().map(|home| home.join(".cache/multicond")))
    }

    pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }
}
