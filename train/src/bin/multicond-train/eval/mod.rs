//! `multicond-train eval`

mod asked;
mod judges;
mod results;

use std::path::PathBuf;

use anyhow::Result;
use multicond::{EngineOptions, Options, Size};
use multicond_train::eval::{Evaluator, Keeping, evaluate, prepare_folder};

use self::{
    asked::{Missing, Models},
    judges::{Metric, Networks},
    results::Results,
};
use crate::{args::size, dataset_args::DatasetArgs};

/// Pictures of each row that the report shows.
const SHOWN: usize = 4;

/// Score models on held-out frames
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train eval rooms.onnx --data rooms/val --training rooms/train
  multicond-train eval rooms.onnx --data rooms/val --sparsity 10,20,...,70 --report sparsity.html
  multicond-train eval rooms.onnx --data rooms/val --remove-labels
  multicond-train eval rooms.onnx --data rooms/val --sheets sheets --sheet-frames 12
  multicond-train eval rooms.onnx --data rooms/val --data renders --class-table classes.toml
  multicond-train eval rooms.onnx --data renders --derive curvature=depth --derive edges=gradient
  multicond-train eval rooms.onnx --data rooms/val --noise 0.5 --confidence full,matching
  multicond-train eval --curve runs/tlam runs/clam --data rooms/val --metrics frechet
  multicond-train eval --compare tlam.onnx clam.onnx naive.onnx --data rooms/val --sparsity 0,50
  multicond-train eval city.onnx --data cityscapes --split val --features inception.onnx --segmenter drn.toml

The SDK generates the pictures from the model file, so the scores are those of the deployed model. Pictures are
rounded to 8 bits, as in files. `cargo xtask assets` installs the metric networks; docs/evaluation.md describes the
metrics. Two baselines, the mean colour and the nearest training picture, are chosen with the help of the ground
truth, which the model never sees.")]
pub(crate) struct Args {
    /// Model: an .onnx file, a checkpoint, or a run (its newest checkpoint)
    #[arg(required_unless_present_any = ["compare", "curve"], conflicts_with_all = ["compare", "curve"])]
    model: Option<PathBuf>,
    /// Score several models and test whether their differences are significant
    #[arg(long, value_name = "MODEL", num_args = 2.., conflicts_with = "curve")]
    compare: Vec<PathBuf>,
    /// Score every checkpoint of these runs
    #[arg(long, value_name = "RUN", num_args = 1..)]
    curve: Vec<PathBuf>,
    /// Dataset of held-out frames; repeat it for several. What it lacks of a model's labels is missing
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Training dataset; also scores the nearest training picture as a baseline
    #[arg(long, value_name = "DIR", conflicts_with_all = ["compare", "curve", "remove_labels"])]
    training: Vec<PathBuf>,
    /// Dataset split of the training data
    #[arg(long, value_name = "NAME", requires = "training")]
    training_split: Option<String>,
    /// Picture size [default: the training size of the model]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Metrics to compute [default: all; `classes` only if the segmenter has the classes of the data]
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',')]
    metrics: Vec<Metric>,
    /// Engine for the model and the metric networks; `multicond engines` lists the engines
    #[arg(long, value_name = "NAME", default_value = "auto")]
    engine: String,
    /// Device of the engine: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    device: multicond::Device,
    #[command(flatten)]
    missing: Missing,
    #[command(flatten)]
    networks: Networks,
    #[command(flatten)]
    results: Results,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    args.results.check()?;
    let data = args.dataset.open(&args.data)?;
    let training = args
        .dataset
        .open_other(&args.training, args.training_split.as_deref())?;
    let models: Vec<PathBuf> = args.model.into_iter().chain(args.compare).collect();
    let is_comparison = models.len() > 1;
    let models = Models::find(&models, &args.curve, args.size, &data)?;
    eprint!("{}", models.missing.of_labels());
    let (size, truth) = (models.size, models.truth.clone());
    let plan = models.plan(&args.missing, training.is_some())?;
    let engine = EngineOptions::named(args.engine).with_device(args.device);
    let options = Options::default().with_engine(engine);
    let judges = args
        .networks
        .load(&args.metrics, &data, truth.as_ref(), &options.engine)?;
    let keeping = Keeping {
        features: is_comparison,
        shown: args.results.report.as_ref().map_or(0, |_| SHOWN),
        folder: args.results.pictures.clone(),
        sheets: args.results.sheets(),
    };
    let sheets = keeping.sheets.as_ref().map(|sheets| &sheets.folder);
    for folder in keeping.folder.iter().chain(sheets) {
        prepare_folder(folder)?;
    }
    let evaluator = Evaluator::new(data, size, args.missing.seed, judges, keeping)?;
    let mut evaluator = evaluator.with_truth(truth);
    let outcome = evaluate(&mut evaluator, &plan, &options, training.as_ref())?;
    if let Some(engine) = &outcome.engine {
        eprintln!("running on {engine}");
    }
    eprint!("{}", outcome.missing.of_classes());
    args.results.deliver(&outcome)
}
