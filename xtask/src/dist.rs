//! Builds the distribution: the C library as a tarball for machines without Rust, and its software bill of materials.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::files::{self, copy};
use crate::{library, process, sbom, storage, workspace};

/// Builds both and returns their paths.
pub(crate) fn make() -> Result<[PathBuf; 2]> {
    let installed = library::install()?;
    let root = workspace::root()?;
    let dist = workspace::target_folder()?.join("dist");
    let name = format!("multicond-{}-{ARCH}-{OS}", env!("CARGO_PKG_VERSION"));
    let folder = dist.join(&name);
    files::clear(&folder)?;
    copy(&installed, &folder)?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(file), &folder.join(file))?;
    }
    for file in ["docs/c-api.md", "examples/c", "examples/cpp"] {
        copy(&root.join(file), &folder.join(file))?;
    }
    let bill = sbom::of(library::PACKAGE)?;
    let bill_path = dist.join(format!("{name}.cdx.json"));
    for path in [&bill_path, &folder.join("multicond.cdx.json")] {
        storage::write_atomically(path, bill.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok([archive(&dist, &name)?, bill_path])
}

/// Packs a folder into an archive, with root as the owner of all files.
fn archive(dist: &Path, name: &str) -> Result<PathBuf> {
    let archive = dist.join(format!("{name}.tar.gz"));
    let unfinished = dist.join(format!(".{name}.tar.gz"));
    // GNU tar on Linux, bsdtar elsewhere.
    let owner: &[&str] = if OS == "linux" {
        &["--owner=0", "--group=0"]
    } else {
        &["--uid=0", "--gid=0"]
    };
    process::run(
        Command::new("tar")
            .args(["-c", "-z"])
            .args(owner)
            .arg("-f")
            .arg(&unfinished)
            .arg("-C")
            .arg(dist)
            .arg(name),
    )?;
    fs::rename(&unfinished, &archive)
        .with_context(|| format!("cannot write {}", archive.display()))?;
    Ok(archive)
}
