//! `multicond-train eval`

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::tensor::Device;
use multicond::Options;
use multicond_train::{
    data::Taskonomy,
    eval::{Lpips, Scores, System, evaluate},
};

use crate::arguments::cached;

/// Score a model file on held-out frames: PSNR and LPIPS
#[derive(clap::Args)]
#[command(after_help = "Example:
  multicond-train eval rooms.onnx --data rooms/val --training rooms/train

The pictures are made by the SDK from the model file, so what is scored is what ships. The mean colour
and the nearest training picture are chosen by looking at the real picture, which the model never sees.")]
pub(crate) struct Arguments {
    /// The model file
    model: PathBuf,
    /// Held-out frames in the Taskonomy layout
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Training frames, to score the nearest of them too
    #[arg(long, value_name = "DIR")]
    training: Option<PathBuf>,
    /// Chance that a region loses a label, from 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    sparsity: f64,
    /// Engine that runs the model
    #[arg(long, default_value = "auto")]
    device: multicond::Device,
    /// AlexNet and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    lpips: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    ensure!(
        (0.0..=1.0).contains(&arguments.sparsity),
        "--sparsity {} is not between 0 and 1",
        arguments.sparsity
    );
    let data = Taskonomy::open(&arguments.data)?;
    let training = arguments
        .training
        .map(|folder| Taskonomy::open(&folder))
        .transpose()?;
    let weights = arguments
        .lpips
        .unwrap_or_else(|| cached("alexnet.safetensors"));
    let lpips = Lpips::load(&weights, &Device::flex())?;
    let options = Options {
        device: arguments.device.into(),
        ..Options::default()
    };
    let scores = evaluate(
        &arguments.model,
        &options,
        &data,
        training.as_ref(),
        arguments.sparsity,
        &lpips,
    )?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&scores)?);
    } else {
        print_table(&scores, data.frames().len());
    }
    Ok(())
}

fn print_table(scores: &[Scores], frames: usize) {
    println!("{frames} frames                  PSNR dB   LPIPS");
    for score in scores {
        let name = match score.system {
            System::Model => "model",
            System::MeanColour => "mean colour",
            System::NearestTrainingPicture => "nearest training picture",
        };
        println!("{name:<28} {:6.2}  {:6.4}", score.psnr, score.lpips);
    }
}
