//! `multicond-train eval`

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::tensor::Device;
use multicond::Options;
use multicond_train::{
    data::Sparsity,
    eval::{Lpips, Scores, System, evaluate},
};

use crate::{arguments::cached, dataset_arguments::DatasetArguments};

/// Score a model file on held-out frames: PSNR and LPIPS
#[derive(clap::Args)]
#[command(after_help = "Example:
  multicond-train eval rooms.onnx --data rooms/val --training rooms/train

The pictures are made by the SDK from the model file, so what is scored is what ships. The mean colour
and the nearest training picture are chosen by looking at the real picture, which the model never sees.")]
pub(crate) struct Arguments {
    /// The model file
    model: PathBuf,
    /// The dataset of held-out frames
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The dataset of training frames, to score the nearest of them too
    #[arg(long, value_name = "DIR")]
    training: Option<PathBuf>,
    /// Part of a divided training dataset
    #[arg(long, value_name = "NAME", requires = "training")]
    training_split: Option<String>,
    /// Chance that a region loses a label, from 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    sparsity: f64,
    /// Labels that are left out, by name
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    remove: Vec<String>,
    /// Chance that random strokes are rubbed out of a label, from 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    free_form: f64,
    /// What is dropped follows from this and the frame's name
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Engine that runs the model
    #[arg(long, default_value = "auto")]
    device: multicond::Device,
    /// AlexNet and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    lpips: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArguments,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    for (name, chance) in [
        ("sparsity", arguments.sparsity),
        ("free-form", arguments.free_form),
    ] {
        ensure!(
            (0.0..=1.0).contains(&chance),
            "--{name} {chance} is not between 0 and 1"
        );
    }
    let data = arguments.dataset.open(&arguments.data)?;
    let training = arguments
        .training
        .map(|folder| {
            arguments
                .dataset
                .open_other(&folder, arguments.training_split.clone())
        })
        .transpose()?;
    for name in &arguments.remove {
        data.label(name)?;
    }
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
        &Sparsity {
            free_form: arguments.free_form,
            ..Sparsity::at_rate(arguments.sparsity, &arguments.remove)
        },
        arguments.seed,
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
