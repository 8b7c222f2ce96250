//! `multicond-train export`

use std::path::PathBuf;

use anyhow::{Context, Result};
use burn::tensor::Device;
use multicond_train::{onnx, training::Checkpoint};

use crate::args::print_path;

/// Export a run's generator to a model file
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train export runs/rooms -o rooms.onnx
  multicond-train export runs/rooms/checkpoints/step_00001000 -o early.onnx

The file is standard ONNX, which any ONNX runtime can run; docs/model-file.md describes it.")]
pub(crate) struct Args {
    /// Run (its newest checkpoint) or checkpoint
    run: PathBuf,
    /// Output file
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let checkpoint = Checkpoint::find(&args.run)?;
    let (generator, manifest) = onnx::of_checkpoint(&checkpoint, &Device::flex())?;
    onnx::export(&generator, &manifest, &args.out)
        .with_context(|| checkpoint.folder().display().to_string())?;
    print_path(&args.out)
}
