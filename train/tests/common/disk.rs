//! A small file system for tests of full disks, where the user may mount one.

use std::{path::Path, process::Command, thread};

use tempfile::TempDir;

/// A tmpfs, mounted until this is dropped.
pub(crate) struct Disk(TempDir);

impl Disk {
    /// Mounts it; `None` if the user is not root.
    pub(crate) fn mount(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={bytes}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]);
        let output = mount.arg(folder.path()).output().ok()?;
        output.status.success().then_some(Self(folder))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn grow(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        let mut mount = Command::new("mount");
        let status = mount.args(["-o", &size]).arg(self.folder()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.folder()).status();
        assert!(unmounted.unwrap().success() || thread::panicking());
    }
}
