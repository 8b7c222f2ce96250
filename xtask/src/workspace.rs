//! The workspace: its folders, its members, and cargo commands for it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// Determined at run time, because checkouts that share a build folder also share this program.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    manifest
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_owned)
        .context("CARGO_MANIFEST_DIR is not set; run this program as `cargo xtask`")
}

/// A command of the cargo that runs this task, in the workspace's root.
pub(crate) fn cargo<const N: usize>(args: [&str; N]) -> Result<Command> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()?).args(args);
    Ok(command)
}

pub(crate) fn target_folder() -> Result<PathBuf> {
    metadata(&["--no-deps"])?["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .context("cargo metadata names no target_directory")
}

/// A package of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The names of its features.
    pub(crate) features: Vec<String>,
}

pub(crate) fn members() -> Result<Vec<Member>> {
    let metadata = metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array();
    packages
        .context("cargo metadata lists no packages")?
        .iter()
        .map(|package| {
            Some(Member {
                name: package["name"].as_str()?.to_owned(),
                folder: Path::new(package["manifest_path"].as_str()?)
                    .parent()?
                    .to_owned(),
                features: package["features"].as_object()?.keys().cloned().collect(),
            })
        })
        .collect::<Option<_>>()
        .context("cargo metadata has a package in an unknown format")
}

/// The output of `cargo metadata`.
pub(crate) fn metadata(options: &[&str]) -> Result<Value> {
    let mut command = cargo(["metadata", "--locked", "--format-version=1"])?;
    let printed = process::read(command.args(options))?;
    serde_json::from_str(&printed).context("cargo metadata is not JSON")
}
