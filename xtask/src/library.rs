//! The C library as it is installed: built by cargo-c, which gives it its name, its pkg-config file and its
//! place, and as a tarball for machines without Rust.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{cache, process, workspace};

/// The newest cargo-c that Rust 1.95 compiles.
const CARGO_C: &str = "0.10.24+cargo-0.98.0";

/// Where [`install`] puts the library.
pub(crate) fn prefix() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("c-library/usr"))
}

/// Installs the library into the build folder, and answers its prefix.
pub(crate) fn install() -> Result<PathBuf> {
    let cargo_c = cargo_c()?;
    let target = workspace::target_folder()?;
    let staging = target.join("c-library");
    if staging.exists() {
        // What an older version installed must not be taken for this one's.
        fs::remove_dir_all(&staging)
            .with_context(|| format!("cannot remove {}", staging.display()))?;
    }
    let mut command = Command::new(cargo_c.join("bin/cargo-cinstall"));
    command
        .args(["cinstall", "--release", "--locked", "--package=multicond"])
        .args(["--prefix=/usr", "--libdir=lib", "--destdir"])
        .arg(&staging)
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(workspace::root()?);
    process::run(&mut command)?;
    let prefix = prefix()?;
    make_relocatable(&prefix.join("lib/pkgconfig/multicond.pc"))?;
    Ok(prefix)
}

/// Makes the tarball and answers where it is.
pub(crate) fn dist() -> Result<PathBuf> {
    let installed = install()?;
    let root = workspace::root()?;
    let target = workspace::target_folder()?;
    let name = format!(
        "multicond-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        env::consts::ARCH,
        env::consts::OS
    );
    let dist = target.join("dist");
    let folder = dist.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&dist).with_context(|| format!("cannot create {}", dist.display()))?;
    process::run(Command::new("cp").arg("-a").arg(&installed).arg(&folder))?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(file), &folder.join(file))?;
    }
    copy(&root.join("docs/c-api.md"), &folder.join("docs/c-api.md"))?;
    for examples in ["examples/c", "examples/cpp"] {
        for file in files(&root.join(examples))? {
            copy(
                &root.join(examples).join(&file),
                &folder.join(examples).join(&file),
            )?;
        }
    }
    let archive = dist.join(format!("{name}.tar.gz"));
    let unfinished = dist.join(format!(".{name}.tar.gz"));
    process::run(
        Command::new("tar")
            .args(["--create", "--gzip", "--owner=0", "--group=0", "--file"])
            .arg(&unfinished)
            .arg("--directory")
            .arg(&dist)
            .arg(&name),
    )?;
    fs::rename(&unfinished, &archive)
        .with_context(|| format!("cannot write {}", archive.display()))?;
    Ok(archive)
}

/// The folder of cargo-c, installed when it is not there yet.
fn cargo_c() -> Result<PathBuf> {
    let folder = cache::folder()?.join(format!("cargo-c-{CARGO_C}"));
    // Cargo writes it last.
    if folder.join(".crates.toml").exists() {
        eprintln!("{}: already there", folder.display());
        return Ok(folder);
    }
    let mut command = workspace::cargo(["install", "cargo-c", "--locked", "--force"])?;
    let build = workspace::target_folder()?.join("cargo-c");
    command
        .arg(format!("--version={CARGO_C}"))
        .arg("--root")
        .arg(&folder)
        .env("CARGO_TARGET_DIR", &build);
    process::run(&mut command)?;
    // A gigabyte that is not needed again.
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    Ok(folder)
}

/// Has pkg-config find the prefix from where its file is.
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

/// The names in a folder.
fn files(folder: &Path) -> Result<Vec<OsString>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .collect::<Result<Vec<_>, _>>();
    let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
    Ok(entries.iter().map(fs::DirEntry::file_name).collect())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmake_tells_the_version_of_the_crate() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../sdk/cmake/multicondConfigVersion.cmake"
        );
        let text = fs::read_to_string(file).expect("the file is there");
        let version = env!("CARGO_PKG_VERSION");
        assert!(text.contains(&format!("set(PACKAGE_VERSION \"{version}\")")));
    }
}
