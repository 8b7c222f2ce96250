//! Builds and installs the C library with cargo-c, which also generates its pkg-config file.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::CARGO_C;
use crate::{files, process, workspace};

/// The package of the library.
pub(crate) const PACKAGE: &str = "multicond-capi";

/// The prefix to which [`install`] installs the library.
pub(crate) fn prefix() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("c-library/usr"))
}

/// Installs the library into the build folder and returns its prefix.
pub(crate) fn install() -> Result<PathBuf> {
    let cargo_c = CARGO_C.install()?;
    let target = workspace::target_folder()?;
    let staging = target.join("c-library");
    // Removes files of older versions.
    files::clear(&staging)?;
    let mut command = Command::new(cargo_c);
    command
        .args(["cinstall", "--release", "--locked", "--package", PACKAGE])
        .args(["--prefix=/usr", "--libdir=lib", "--destdir"])
        .arg(&staging)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", without_build_paths(&target)?)
        .current_dir(workspace::root()?);
    process::run(&mut command)?;
    let prefix = prefix()?;
    make_relocatable(&prefix.join("lib/pkgconfig/multicond.pc"))?;
    Ok(prefix)
}

/// Flags for rustc that keep this machine's folders out of the library: messages of panics name source files.
fn without_build_paths(target: &Path) -> Result<OsString> {
    let sysroot = process::read(Command::new("rustc").args(["--print", "sysroot"]))?;
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let cargo = cargo.context("the home folder is not known")?;
    // The last one that fits is taken, so inner folders come after outer ones.
    let sources = cargo.join("registry/src");
    let folders = [
        (workspace::root()?, "multicond"),
        (target.to_owned(), "target"),
        (PathBuf::from(sysroot.trim()), "rust"),
        (cargo, "cargo"),
        (sources, "crates"),
    ];
    let mut flags = OsString::new();
    if let Some(own) = env::var_os("RUSTFLAGS") {
        let own = own.to_string_lossy().into_owned();
        flags.push(own.split_whitespace().collect::<Vec<_>>().join(SEPARATOR));
    }
    for (folder, name) in folders {
        if !flags.is_empty() {
            flags.push(SEPARATOR);
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    Ok(flags)
}

/// Between flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

/// Makes pkg-config derive the prefix from the location of its file.
fn make_relocatable(file: &Path) -> Result<()> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        text.starts_with("prefix=/usr\n"),
        "{}: expected it to begin with `prefix=/usr`",
        file.display()
    );
    let text = text.replacen("prefix=/usr", "prefix=${pcfiledir}/../..", 1);
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmake_has_the_version_of_the_crate() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../sdk/capi/cmake/multicondConfigVersion.cmake"
        );
        let text = fs::read_to_string(file).expect("the file exists");
        let version = env!("CARGO_PKG_VERSION");
        assert!(text.contains(&format!("set(PACKAGE_VERSION \"{version}\")")));
    }
}
