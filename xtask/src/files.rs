//! Copies and removes folders.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Removes a folder, if it exists.
pub(crate) fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// Copies a file, or a folder with its contents.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    let kind = fs::symlink_metadata(from).with_context(failed)?;
    if kind.is_dir() {
        fs::create_dir_all(to).with_context(failed)?;
        for entry in fs::read_dir(from).with_context(failed)? {
            let name = entry.with_context(failed)?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    // libmulticond.so is a symbolic link to the file with the version in its name.
    #[cfg(unix)]
    if kind.is_symlink() {
        let target = fs::read_link(from).with_context(failed)?;
        return std::os::unix::fs::symlink(target, to).with_context(failed);
    }
    fs::copy(from, to).map(drop).with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_stay_links() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let from = folder.path().join("from/lib");
        fs::create_dir_all(&from)?;
        fs::write(from.join("libm.so.0.1"), "code")?;
        std::os::unix::fs::symlink("libm.so.0.1", from.join("libm.so"))?;
        let to = folder.path().join("to");
        copy(&folder.path().join("from"), &to)?;
        assert_eq!(
            fs::read_link(to.join("lib/libm.so"))?,
            Path::new("libm.so.0.1")
        );
        assert_eq!(fs::read_to_string(to.join("lib/libm.so"))?, "code");
        Ok(())
    }
}
