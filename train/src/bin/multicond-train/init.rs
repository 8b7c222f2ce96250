//! `multicond-train init`

use std::path::PathBuf;

use anyhow::{Result, ensure};
use burn::tensor::Device;
use multicond::Size;
use multicond_train::{
    net::{BackboneKind, MergeKind, Preset},
    training::{Checkpoint, GanState, Progress, Recipe},
};

use crate::{
    args::{print_path, size},
    dataset_args::DatasetArgs,
};

/// Create an untrained run, to measure speed and memory before training
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train init --preset paper --data rooms/train -o runs/paper
  multicond-train init --preset paper --merge clam --data rooms/train -o runs/clam
  multicond-train export runs/paper -o paper.onnx
  multicond bench --model paper.onnx --size 256x256")]
pub(crate) struct Args {
    /// Network sizes
    #[arg(long, value_enum)]
    preset: Preset,
    /// Merge [default: tlam]
    #[arg(long, value_enum, value_name = "KIND")]
    merge: Option<MergeKind>,
    /// Backbone [default: asap for paper and small, unet for fast and balanced]
    #[arg(long, value_enum, value_name = "KIND")]
    backbone: Option<BackboneKind>,
    /// Dataset whose labels the model takes; repeat it for several
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Picture size in training [default: 256x256]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Output folder of the run
    #[arg(short, long, value_name = "RUN")]
    out: PathBuf,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    ensure!(
        Checkpoint::of_run(&args.out)?.is_empty(),
        "{}: holds checkpoints already",
        args.out.display()
    );
    let data = args.dataset.open(&args.data)?;
    let name = args.out.file_name().map_or("untrained".into(), |name| {
        name.to_string_lossy().into_owned()
    });
    let recipe = Recipe {
        merge: args.merge,
        backbone: args.backbone,
        ..Recipe::preset(args.preset, name, args.size)
    };
    let config = recipe.complete(data.labels())?;
    let state = GanState::new(&config, &Device::flex().autodiff());
    let progress = Progress {
        data: data.name(),
        ..Progress::default()
    };
    let checkpoint = Checkpoint::write(&args.out, &config, &progress, &state)?;
    print_path(checkpoint.folder())
}
