//! `multicond-train export`

use std::path::PathBuf;

use anyhow::{Result, bail};

/// Write a run's generator as one ONNX file
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A run, or one checkpoint of it
    run: PathBuf,
    /// The model file to write
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    bail!("{}{}", arguments.run.display(), arguments.out.display())
}
