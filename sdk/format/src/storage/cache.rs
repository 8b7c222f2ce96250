//! The cache folder, shared by all programs that use multicond.

use std::{env, path::PathBuf};

/// The cache folder: `$MULTICOND_CACHE_DIR`, else `$XDG_CACHE_HOME/multicond`, else `~/.cache/multicond` (on Windows
/// `%LOCALAPPDATA%\multicond`). `None` if there is no home folder. The folder may not exist yet. Relative paths are
/// ignored: the folder holds code, so it must not depend on where a program is started.
///
/// `cargo xtask assets` installs ONNX Runtime and the networks for training and evaluation there, and TensorRT's
/// engines are cached there.
pub fn cache_folder() -> Option<PathBuf> {
    let set = |variable| {
        let path = env::var_os(variable).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let home = || env::home_dir().filter(|home| home.is_absolute());
    set("MULTICOND_CACHE_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("multicond")))
        .or_else(|| set("LOCALAPPDATA").map(|folder| folder.join("multicond")))
        .or_else(|| home().map(|home| home.join(".cache/multicond")))
}
