//! Files that appear whole or not at all.

use std::{io::Write, path::Path};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// How the names of unfinished files begin.
pub(crate) const TEMPORARY: &str = ".multicond-";

/// Writes a file under a temporary name beside its place, and renames it once it is on the disk.
///
/// # Errors
/// When the disk refuses; an older file of that name is then as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let place = || path.display().to_string();
    let mut file = temporary_beside(path).with_context(place)?;
    file.write_all(bytes).with_context(place)?;
    file.as_file().sync_all().with_context(place)?;
    file.persist(path).with_context(place)?;
    Ok(())
}

/// Unlike most temporary files it may be read by others once it has its name.
fn temporary_beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};
        builder.permissions(Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("none/file");
        let error = format!("{:#}", write_atomically(&nowhere, b"new").unwrap_err());
        assert!(error.contains("none/file"), "{error}");
    }
}
