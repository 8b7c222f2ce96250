//! The cache folder, shared by all programs that use multicond.

use std::{env, path::PathBuf};

/// The cache folder: `$MULTICOND_CACHE_DIR`, else `$XDG_CACHE_HOME/multicond`, else `~/.cache/multicond` (on Windows
/// `%LOCALAPPDATA%\multicond`). `None` if there is no home folder. The folder may not exist yet.
///
/// `cargo xtask assets` installs ONNX Runtime and the networks for training and evaluation there, and TensorRT's
/// engines are cached there.
pub fn cache_folder() -> Option<PathBuf> {
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
