//! File locks, and removal of the temporary files of killed processes.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use multicond_format::storage::TEMPORARY_PREFIX;

/// Removes the temporary files of killed processes from a folder. No other process may be writing to the folder.
pub(crate) fn remove_temporary(folder: &Path) -> Result<()> {
    let place = || folder.display().to_string();
    for entry in fs::read_dir(folder).with_context(place)? {
        let entry = entry.with_context(place)?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(TEMPORARY_PREFIX)
        {
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

/// Locks a file for this process. `does_what` says in messages what another process with the lock does, for example
/// "is preparing it". Retries for a second, because a child process that another thread is starting inherits the
/// locks of this process for a moment.
pub(crate) fn lock(file: &File, does_what: &str) -> Result<()> {
    for _ in 0..20 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                tracing::warn!(
                    "this file system has no locks: make sure that no other process {does_what}"
                );
                return Ok(());
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    bail!("another process {does_what}")
}
