//! `multicond-train init`

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::tensor::Device;
use multicond::model::Size;
use multicond_train::{
    net::{BackboneKind, MergeKind, Preset},
    train::{Checkpoint, Players, Progress, Recipe},
};

use crate::{arguments::size, dataset_arguments::DatasetArguments};

/// Make an untrained run, to size a deployment before training
#[derive(clap::Args)]
#[command(after_help = "Example:
  multicond-train init --preset paper --data rooms/train -o runs/paper
  multicond-train init --preset paper --merge clam --data rooms/train -o runs/clam
  multicond-train export runs/paper -o paper.onnx
  multicond bench --model paper.onnx --size 256x256")]
pub(crate) struct Arguments {
    /// Sizes of the networks
    #[arg(long, value_enum)]
    preset: Preset,
    /// What merges the labels [default: tlam]
    #[arg(long, value_enum, value_name = "KIND")]
    merge: Option<MergeKind>,
    /// What paints the picture [default: asap]
    #[arg(long, value_enum, value_name = "KIND")]
    backbone: Option<BackboneKind>,
    /// The dataset whose labels the model takes
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Size of the pictures in training [default: 256x256]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// The run's folder
    #[arg(short, long, value_name = "RUN")]
    out: PathBuf,
    #[command(flatten)]
    dataset: DatasetArguments,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    ensure!(
        Checkpoint::of_run(&arguments.out)?.is_empty(),
        "{}: holds checkpoints already",
        arguments.out.display()
    );
    let data = arguments.dataset.open(&arguments.data)?;
    let name = arguments
        .out
        .file_name()
        .map_or("untrained".into(), |name| {
            name.to_string_lossy().into_owned()
        });
    let recipe = Recipe {
        merge: arguments.merge,
        backbone: arguments.backbone,
        ..Recipe::preset(arguments.preset, name, arguments.size)
    };
    let config = recipe.complete(data.labels())?;
    let players = Players::new(&config, &Device::flex().autodiff());
    let progress = Progress {
        step: 0,
        data: data.name(),
    };
    let checkpoint = Checkpoint::write(&arguments.out, &config, &progress, &players)?;
    println!("{}", checkpoint.folder().display());
    Ok(())
}
