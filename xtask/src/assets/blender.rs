//! Blender as a Python module.

use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::python::{self, Environment};
use crate::workspace;

const FOLDER: &str = "blender-4.2.0";

/// The only Python version for which it is built.
const PYTHON: &str = "3.11";

const LIBRARIES: &str = "Blender needs X11 and OpenGL libraries (on Debian: apt-get install libgl1 \
     libgomp1 libsm6 libxfixes3 libxi6 libxkbcommon0 libxrender1 libxxf86vm1)";

/// The interpreter that has it after installation.
pub(crate) fn interpreter(cache: &Path) -> PathBuf {
    Environment::at(&cache.join(FOLDER))
        .interpreter()
        .to_owned()
}

pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    if let Some(reason) = obstacle() {
        bail!(reason);
    }
    let requirements = workspace::root()?.join("xtask/assets/blender-requirements.txt");
    let python = Environment::prepare(&cache.join(FOLDER), &requirements)
        .context("cannot install Blender (519 MB)")?;
    process::read(python.python().args(["-c", "import bpy"])).context(LIBRARIES)?;
    Ok(interpreter(cache))
}

/// The reason why it cannot be installed on this machine, if there is one.
pub(crate) fn obstacle() -> Option<String> {
    match python::version() {
        Ok(version) => obstacle_on(OS, ARCH, &version),
        Err(error) => Some(error.to_string()),
    }
}

fn obstacle_on(os: &str, arch: &str, python: &str) -> Option<String> {
    match (os, arch) {
        ("linux", "x86_64") if cfg!(target_env = "gnu") => {}
        ("macos", _) => {}
        _ => return Some(format!("there is no bpy 4.2.0 for {arch} {os}")),
    }
    (python != PYTHON)
        .then(|| format!("bpy 4.2.0 needs Python {PYTHON}, but python3 is Python {python}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_python_and_another_platform_are_named() {
        let says = |os, arch, python| obstacle_on(os, arch, python).unwrap_or_default();
        assert_eq!(says("macos", "aarch64", "3.11"), "");
        assert!(says("macos", "aarch64", "3.13").ends_with("python3 is Python 3.13"));
        assert!(says("linux", "aarch64", "3.11").ends_with("aarch64 linux"));
    }
}
