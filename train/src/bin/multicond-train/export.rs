//! `multicond-train export`

use std::path::PathBuf;

use anyhow::{Context, Result};
use burn::tensor::Device;
use multicond::{Size, model::FixedShape};
use multicond_train::{
    onnx::{self, ExportOptions, Inputs},
    training::Checkpoint,
};

use crate::args::print_path;

/// Export a run's generator to a model file
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train export runs/rooms -o rooms.onnx
  multicond-train export runs/rooms/checkpoints/step_00001000 -o early.onnx
  multicond-train export runs/rooms -o rooms_256.onnx --size 256x256

The file is standard ONNX. docs/model-file.md describes it and says which runtimes run it, and which of them need
--size.")]
pub(crate) struct Args {
    /// Run (its newest checkpoint) or checkpoint
    run: PathBuf,
    /// Output file
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Size of the pictures, for runtimes that need to know it; any by default
    #[arg(long, value_name = "WxH")]
    size: Option<Size>,
    /// With --size: pictures per run
    #[arg(long, value_name = "N", requires = "size", default_value_t = 1)]
    batch: usize,
    /// What the inputs of the file are
    #[arg(long, value_enum, default_value_t)]
    inputs: Inputs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let checkpoint = Checkpoint::find(&args.run)?;
    let (generator, manifest) = onnx::of_checkpoint(&checkpoint, &Device::flex())?;
    let options = ExportOptions {
        fixed: args.size.map(|size| FixedShape {
            batch: args.batch,
            size,
        }),
        inputs: args.inputs,
    };
    onnx::export_with(&generator, &manifest, &options, &args.out)
        .with_context(|| checkpoint.folder().display().to_string())?;
    print_path(&args.out)
}
