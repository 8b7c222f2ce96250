//! The folder for files that are installed once and shared by all programs of multicond.

use std::{env, path::PathBuf};

/// Where `cargo xtask assets` installs ONNX Runtime and the networks that training and evaluation need:
/// `$MULTICOND_CACHE_DIR`, else `$XDG_CACHE_HOME/multicond`, else `~/.cache/multicond` (on Windows
/// `%LOCALAPPDATA%\multicond`). `None` where there is no home.
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
