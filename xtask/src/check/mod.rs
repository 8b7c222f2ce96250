//! The checks that run before the tests, fastest first.

mod dependencies;
mod features;
pub(crate) mod links;

use std::process::Command;

use anyhow::Result;

use crate::stages::Stage;
use crate::tools::{CARGO_DENY, TYPOS};
use crate::workspace::{self, cargo};
use crate::{header, process};

pub(crate) fn stages() -> Vec<Stage> {
    vec![
        Stage::new("format", format),
        Stage::new("header", header::check),
        Stage::new("spelling", spelling),
        Stage::new("links", links::check),
        Stage::new("dependencies", dependencies::check),
        Stage::new("licences", licences),
        Stage::new("lints", lints),
        Stage::new("features", features::check),
        Stage::new("documentation", documentation),
    ]
}

fn format() -> Result<()> {
    process::run(&mut cargo(["fmt", "--all", "--check"])?)?;
    // fuzz/ is a separate workspace.
    process::run(&mut cargo([
        "fmt",
        "--manifest-path=fuzz/Cargo.toml",
        "--check",
    ])?)
}

fn spelling() -> Result<()> {
    process::run(Command::new(TYPOS.install()?).current_dir(workspace::root()?))
}

/// Checks everything in Cargo.lock. Known vulnerabilities, which need the network, are checked in CI workflows.
fn licences() -> Result<()> {
    let mut command = Command::new(CARGO_DENY.install()?);
    command
        .args(["--locked", "check", "--hide-inclusion-graph"])
        .args(["bans", "licenses", "sources"])
        .current_dir(workspace::root()?);
    process::run(&mut command)
}

fn lints() -> Result<()> {
    process::run(&mut cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ])?)
}

fn documentation() -> Result<()> {
    let options = ["doc", "--workspace", "--no-deps", "--locked"];
    process::run(cargo(options)?.env("RUSTDOCFLAGS", "--deny warnings"))
}
