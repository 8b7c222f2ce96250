//! Comparison with the reference implementation of the networks in NumPy (`reference/reference.py`).

use std::{ffi::OsStr, fs, path::Path, process::Command};

use anyhow::{Result, ensure};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use multicond::label::Label;
use multicond_train::net::{GeneratorNetwork, NetworkConfig};
use serde::Serialize;

/// The part of a checkpoint's `config.toml` that describes the network.
#[derive(Serialize)]
struct Config<'a> {
    network: &'a NetworkConfig,
    labels: &'a [Label],
}

/// Writes as much of a checkpoint as the reference reads.
pub fn write_checkpoint(
    folder: &Path,
    generator: &GeneratorNetwork,
    network: &NetworkConfig,
    labels: &[Label],
) -> Result<()> {
    let mut store = SafetensorsStore::from_file(folder.join("generator.safetensors"));
    generator.save_into(&mut store)?;
    let text = toml::to_string(&Config { network, labels })?;
    fs::write(folder.join("config.toml"), text)?;
    Ok(())
}

/// Checks that a model file agrees with the reference on the checkpoint, for pictures of so many cells.
pub fn agree(python: &OsStr, checkpoint: &Path, model: &Path, cells: &str) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/reference.py");
    let output = Command::new(python)
        .arg(script)
        .arg(checkpoint)
        .arg(model)
        .args(["--cells", cells])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    ensure!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
