//! Optional requirements of tests. Plain `cargo test` skips tests whose requirements are missing. With
//! `MULTICOND_REQUIRE_...=1`, which `cargo xtask test` sets, they fail.

use std::{env, ffi::OsString, path::PathBuf, process::Command};

/// Reports that a test is skipped.
///
/// # Panics
/// When `MULTICOND_REQUIRE_<name>` is 1.
pub fn skip(name: &str, what: &str, reason: &str) {
    let variable = format!("MULTICOND_REQUIRE_{name}");
    let required = env::var_os(&variable).is_some_and(|value| value == "1");
    assert!(
        !required,
        "{variable}=1, but {what} cannot be used: {reason}"
    );
    eprintln!("SKIPPED: needs {what}: {reason}");
}

/// The Python interpreter with the packages for reference results.
pub fn python() -> Option<OsString> {
    let python = env::var_os("MULTICOND_PYTHON");
    if python.is_none() {
        let reason =
            "MULTICOND_PYTHON is not set to an interpreter with the packages of xtask/assets";
        skip("PYTHON", "Python", reason);
    }
    python
}

/// The Python interpreter with other runtimes that run model files.
pub fn runtimes_python() -> Option<OsString> {
    let python = env::var_os("MULTICOND_RUNTIMES_PYTHON");
    if python.is_none() {
        let reason = "MULTICOND_RUNTIMES_PYTHON is not set; `cargo xtask test` installs them";
        skip("RUNTIMES", "other runtimes", reason);
    }
    python
}

/// The folder with ONNX Runtime Web, if there is a browser for it.
pub fn runtimes_web() -> Option<PathBuf> {
    let folder = env::var_os("MULTICOND_RUNTIMES_WEB").map(PathBuf::from);
    if folder.is_none() {
        let reason = "MULTICOND_RUNTIMES_WEB is not set; `cargo xtask test` installs it";
        skip("BROWSER", "ONNX Runtime Web", reason);
    }
    folder
}

/// The prefix of the installed C library.
pub fn install_prefix() -> Option<PathBuf> {
    let prefix = env::var_os("MULTICOND_INSTALL").map(PathBuf::from);
    if prefix.is_none() {
        let reason = "MULTICOND_INSTALL is not set to a prefix; `cargo xtask test` installs one";
        skip("INSTALL", "the installed C library", reason);
    }
    prefix
}

/// Whether a program can be started.
pub fn has_program(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// A file that `cargo xtask assets` installs into the cache folder.
pub fn asset(name: &str) -> Option<PathBuf> {
    let path = multicond::cache_folder()?.join(name);
    if !path.exists() {
        skip("ASSETS", name, "`cargo xtask assets` installs it");
        return None;
    }
    Some(path)
}
