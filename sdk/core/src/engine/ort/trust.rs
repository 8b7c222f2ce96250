//! Which files are trusted: those that only this user and the system can replace. A library that is found by searching
//! is code, and so are TensorRT's cached engines.

use std::path::Path;

use crate::error::{Error, Result};

/// Checks that other users cannot replace a file: it and its folder belong to this user or to the system, and are not
/// writable for everybody.
#[cfg(unix)]
pub(super) fn check_file(file: &Path) -> Result<(), String> {
    let system = 0;
    for path in [Some(file), file.parent()].into_iter().flatten() {
        check(path, &[system, user()])?;
    }
    Ok(())
}

/// Creates a folder, if there is none, that only this user can write to.
///
/// # Errors
/// When that fails, or the folder is somebody else's or others can write to it.
#[cfg(unix)]
pub(super) fn private_folder(folder: &Path) -> Result<()> {
    use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt};
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Error::io(folder, error))?;
    check(folder, &[user()]).map_err(|reason| Error::file(folder, reason))
}

#[cfg(unix)]
fn check(path: &Path, owners: &[u32]) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_FOR_EVERYBODY: u32 = 0o002;
    let metadata = path.metadata().map_err(|error| error.to_string())?;
    if !owners.contains(&metadata.uid()) {
        let (owner, user) = (metadata.uid(), user());
        return Err(format!(
            "not trusted, since {} belongs to user {owner}, and this process to user {user}",
            path.display()
        ));
    }
    if metadata.mode() & WRITABLE_FOR_EVERYBODY != 0 {
        return Err(format!(
            "not trusted, since every user can write to {}",
            path.display()
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn user() -> u32 {
    // SAFETY: has no arguments and cannot fail.
    unsafe { libc::geteuid() }
}

/// Elsewhere, folders are private to their user by default.
#[cfg(not(unix))]
pub(super) fn check_file(_file: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn private_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests panic on purpose")]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_others_can_replace_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("libonnxruntime.so");
        fs::write(&file, "").unwrap();
        set_mode(&file, 0o755);
        assert_eq!(check_file(&file), Ok(()));
        set_mode(&file, 0o757);
        assert!(check_file(&file).unwrap_err().contains("every user"));
        set_mode(&file, 0o755);
        set_mode(folder.path(), 0o1777);
        let reason = check_file(&file).unwrap_err();
        assert!(
            reason.ends_with(folder.path().to_str().unwrap()),
            "{reason}"
        );
        let stranger = check(&file, &[user() + 1]).unwrap_err();
        assert!(stranger.contains("belongs to user"), "{stranger}");
    }

    #[test]
    fn a_new_folder_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("engines/abc");
        private_folder(&inner).unwrap();
        let mode = inner.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        private_folder(&inner).unwrap();
        set_mode(&inner, 0o777);
        let error = private_folder(&inner).unwrap_err();
        assert!(error.reason().contains("every user"), "{error}");
    }
}
