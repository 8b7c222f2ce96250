//! Files that appear whole or not at all, and what there is to know when several processes want them.

use std::{
    fs::{self, File, TryLockError},
    io::{ErrorKind, Write},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// How the names of unfinished files and folders begin.
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

/// Removes what processes that were killed left unfinished in a folder, which nobody else may be writing to.
pub(crate) fn remove_temporary(folder: &Path) -> Result<()> {
    let place = || folder.display().to_string();
    for entry in fs::read_dir(folder).with_context(place)? {
        let entry = entry.with_context(place)?;
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let path = entry.path();
            let removed = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(&path),
                _ => fs::remove_file(&path),
            };
            removed.with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Locks a file for this process; another one that holds it "is preparing it", for example. A process that
/// another thread is just starting holds the locks of this one for a moment, so this asks for a second.
pub(crate) fn lock(file: &File, does_what: &str) -> Result<()> {
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                tracing::warn!(
                    "no locks on this file system: see that no other process {does_what}"
                );
                return Ok(());
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    bail!("another process {does_what}")
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
