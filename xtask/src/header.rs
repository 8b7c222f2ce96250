//! The C header, which is generated from the Rust source and committed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{storage, workspace};

pub(crate) fn path() -> Result<PathBuf> {
    Ok(workspace::root()?.join("include/multicond.h"))
}

/// Writes the header.
pub(crate) fn write() -> Result<()> {
    let (path, text) = (path()?, generate()?);
    storage::write_atomically(&path, text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Fails if the committed header is not up to date.
pub(crate) fn check() -> Result<()> {
    let (path, text) = (path()?, generate()?);
    let committed =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if committed == text {
        return Ok(());
    }
    let mut pairs = committed.lines().zip(text.lines());
    let line = pairs.position(|(committed, generated)| committed != generated);
    let line = line.unwrap_or_else(|| committed.lines().count().min(text.lines().count()));
    bail!(
        "{}:{}: not up to date with the source; run `cargo xtask header`",
        path.display(),
        line + 1
    );
}

fn generate() -> Result<String> {
    let root = workspace::root()?;
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))
        .map_err(|error| anyhow::anyhow!("cbindgen.toml: {error}"))?;
    let mut builder = cbindgen::Builder::new().with_config(config);
    let folder = root.join("sdk/capi/src");
    // In the order of the header.
    for file in [
        "version",
        "status",
        "log",
        "engine",
        "model",
        "image",
        "label",
        "confidence",
        "generator",
        "generate",
    ] {
        builder = builder.with_src(folder.join(format!("{file}.rs")));
    }
    let bindings = builder.generate().context("cannot read sdk/capi/src")?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).context("the header is not UTF-8")?;
    // Rust's heading for preconditions.
    Ok(text.replace("// # Safety\n", "// Safety:\n"))
}
