//! `multicond-train train`

use std::{num::NonZeroUsize, path::PathBuf};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use multicond_train::{
    data::{
        Dataset,
        inspect::{Shortfall, require_classes, require_filled},
    },
    net::{BackboneKind, MergeKind, vgg::Vgg},
    report::Run,
    training::{
        self, BackendKind, Checkpoint, Config, Progress, Recipe, Resume, TrainOptions, Transfer,
        open_devices,
    },
};

use crate::{
    args::{cached, print_path},
    dataset_args::DatasetArgs,
};

/// Train a generator on a dataset
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train train --config examples/rooms/recipe.toml --data rooms/train --out runs/rooms
  multicond-train train --config examples/rooms/recipe.toml --data rooms/train --out runs/rooms --resume
  multicond-train train --config recipe.toml --data renders/train --data rooms/train --out runs/both
  multicond-train train --config recipe.toml --data mixture.toml --class-table classes.toml --out runs/mixed
  multicond-train train --config examples/recipes/staged.toml --data rooms/train --out runs/staged
  multicond-train train --config mine.toml --data mine/train --out runs/mine --from runs/rooms
  multicond-train train --config paper.toml --data taskonomy --split train --out runs/paper \
      --backend libtorch --devices 4

The output folder receives checkpoints/step_*/, log.jsonl, samples/step_*.png and events/ for TensorBoard.
`multicond-train report` shows them. --resume continues from the newest checkpoint with the configuration
stored there; --config is ignored.")]
pub(crate) struct Args {
    /// Recipe, a TOML file (see docs/training.md)
    #[arg(long, value_name = "FILE", required_unless_present = "resume")]
    config: Option<PathBuf>,
    /// Merge (overrides the recipe)
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "resume")]
    merge: Option<MergeKind>,
    /// Backbone (overrides the recipe)
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "resume")]
    backbone: Option<BackboneKind>,
    /// Training dataset; a prepared one loads fastest (see `multicond-train data prepare`). Repeat it for several, or
    /// give a TOML file that lists datasets with weights (see docs/dataset.md)
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Validation dataset, shown on the sample sheets; repeat it for several [default: the training data]
    #[arg(long, value_name = "DIR")]
    validation: Vec<PathBuf>,
    /// Dataset split of the validation data
    #[arg(long, value_name = "NAME", requires = "validation")]
    validation_split: Option<String>,
    /// Output folder of the run
    #[arg(long, value_name = "RUN")]
    out: PathBuf,
    /// burn backend; every backend except flex needs the cargo feature of the same name
    #[arg(long, value_enum, default_value = "flex")]
    backend: BackendKind,
    /// Number of devices for data-parallel training
    #[arg(long, value_name = "N", default_value = "1")]
    devices: NonZeroUsize,
    /// Continue from the newest checkpoint
    #[arg(long)]
    resume: bool,
    /// Start with the weights of a checkpoint, or of a run's newest; what does not fit is listed and starts anew
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "resume")]
    from: Option<PathBuf>,
    /// Stop after this many steps in total, even if the schedule is longer
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Accept labels without a value in any frame of the training data
    #[arg(long)]
    allow_missing: bool,
    /// VGG16 or VGG19 weights for the perceptual loss [default: as installed by `cargo xtask assets lpips`]
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let data = args.dataset.open(&args.data)?;
    let validation = args
        .dataset
        .open_other(&args.validation, args.validation_split.as_deref())?;
    let existing = Checkpoint::of_run(&args.out)?.pop();
    let (config, checkpoint, names_labels) = match (&args.config, args.resume) {
        (_, true) => {
            let checkpoint = Checkpoint::find(&args.out)?;
            (checkpoint.config()?, Some(checkpoint), true)
        }
        (Some(recipe), false) => {
            ensure!(
                existing.is_none(),
                "{}: holds checkpoints already; use --resume to continue, or choose another folder",
                args.out.display()
            );
            let mut recipe = Recipe::load(recipe)?;
            recipe.merge = args.merge.or(recipe.merge);
            recipe.backbone = args.backbone.or(recipe.backbone);
            let names_labels = recipe.labels.is_some();
            let names_classes = recipe.classes.is_some();
            let config = recipe.complete(data.labels())?;
            if names_classes && !args.allow_missing {
                let classes = config.labels.iter().find(|label| label.classes().is_some());
                classes.map_or(Ok(()), |label| require_classes(&data, label))?;
            }
            (config, None, names_labels)
        }
        (None, false) => unreachable!("clap requires --config"),
    };
    if !args.allow_missing {
        require_filled(&data, names_labels.then_some(&config.labels[..]))?;
    }
    for label in &config.labels {
        data.label(&label.name)?;
    }
    tell(&data, &config)?;
    // It is for looking at, so it may lack labels.
    let validation = validation.map(|validation| validation.with_missing(&config.labels));
    let devices = open_devices(args.backend, args.devices)?;
    for device in &devices {
        eprintln!("{device}");
    }
    let devices: Vec<Device> = devices.into_iter().map(|found| found.device).collect();
    let device = devices[0].clone();
    let stages = config.stages();
    let vgg = stages
        .iter()
        .any(|stage| stage.training.loss.needs_vgg())
        .then(|| {
            Vgg::load(
                &args.vgg.unwrap_or_else(|| cached("vgg16.safetensors")),
                &device.clone().autodiff(),
            )
        })
        .transpose()?;
    let autodiff = device.clone().autodiff();
    let resume = match (checkpoint, &args.from) {
        (Some(checkpoint), _) => Some(checkpoint.resume(&config, &autodiff)?),
        (None, Some(from)) => Some(start_from(&Checkpoint::find(from)?, &config, &autodiff)?),
        (None, None) => None,
    };
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let last = training::run(
        &config,
        TrainOptions {
            data,
            validation,
            run: &args.out,
            devices,
            vgg,
            steps: args.steps,
        },
        resume,
    )?;
    eprintln!("{}", Run::read(&args.out)?.summary().time());
    print_path(last.folder())
}

/// A new run with the weights of a checkpoint. Says what was taken and what was not.
fn start_from(checkpoint: &Checkpoint, config: &Config, device: &Device) -> Result<Resume> {
    let (state, transfer) = Transfer::start(checkpoint, config, device)?;
    eprintln!(
        "{}: took {} tensors; {} start anew",
        checkpoint.folder().display(),
        transfer.taken,
        transfer.fresh.len()
    );
    for fresh in &transfer.fresh {
        eprintln!("  anew: {fresh}");
    }
    Ok(Resume {
        progress: Progress::default(),
        state,
    })
}

/// Says what each of several datasets contributes, and what of the model's labels and classes is missing where.
fn tell(data: &Dataset, config: &Config) -> Result<()> {
    let shares = data.shares();
    if shares.len() > 1 {
        let all: usize = shares.iter().map(|(_, _, pictures)| pictures).sum();
        for (part, frames, pictures) in shares {
            let percent = 100.0 * pictures as f64 / all as f64;
            eprintln!(
                "{}: {frames} frames, {pictures} of {all} pictures in an epoch ({percent:.0} %)",
                part.name()
            );
        }
    }
    eprint!("{}", Shortfall::sampled(data, &config.labels)?);
    Ok(())
}
