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

/// Pictures of each row that a page shows.
const SHOWN: usize = 4;

/// Score models on held-out frames
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train eval rooms.onnx --data rooms/val --training rooms/train
  multicond-train eval rooms.onnx --data rooms/val --sparsity 10,20,...,70 --report sparsity.html
  multicond-train eval rooms.onnx --data rooms/val --remove-labels
  multicond-train eval --curve runs/tlam runs/clam --data rooms/val --metrics frechet
  multicond-train eval --compare tlam.onnx clam.onnx naive.onnx --data rooms/val --sparsity 0,50
  multicond-train eval city.onnx --data cityscapes --split val --features inception.onnx --segmenter drn.toml

The pictures are made by the SDK from the model file, so what is scored is what ships, rounded to 8 bits as files
hold them. Networks that scores need are installed by `cargo xtask assets`; docs/evaluation.md says what is measured
and how. The mean colour and the nearest training picture are chosen by looking at the real picture, which the
model never sees.")]
pub(crate) struct Args {
    /// The model: an .onnx file, a checkpoint, or a run (its newest checkpoint is taken)
    #[arg(required_unless_present_any = ["compare", "curve"], conflicts_with_all = ["compare", "curve"])]
    model: Option<PathBuf>,
    /// Score several models and say how sure their differences are
    #[arg(long, value_name = "MODEL", num_args = 2.., conflicts_with = "curve")]
    compare: Vec<PathBuf>,
    /// Score every checkpoint of these runs
    #[arg(long, value_name = "RUN", num_args = 1..)]
    curve: Vec<PathBuf>,
    /// The dataset of held-out frames
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The dataset of training frames, to score the nearest of them too
    #[arg(long, value_name = "DIR", conflicts_with_all = ["compare", "curve", "remove_labels"])]
    training: Option<PathBuf>,
    /// Part of a divided training dataset
    #[arg(long, value_name = "NAME", requires = "training")]
    training_split: Option<String>,
    /// Size of the pictures [default: the size that the model was trained on]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// What to measure [default: everything, classes where a segmenter knows those of the data]
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',')]
    metrics: Vec<Metric>,
    /// Engine that runs the model and the networks that judge it; `multicond engines` lists them
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

pub(crate) fn run(arguments: Args) -> Result<()> {
    arguments.results.check()?;
    let data = arguments.dataset.open(&arguments.data)?;
    let training = arguments.dataset.open_other(
        arguments.training.as_deref(),
        arguments.training_split.as_deref(),
    )?;
    let models: Vec<PathBuf> = arguments
        .model
        .into_iter()
        .chain(arguments.compare)
        .collect();
    let is_comparison = models.len() > 1;
    let models = Models::find(&models, &arguments.curve, arguments.size, &data)?;
    let size = models.size;
    let plan = models.plan(&arguments.missing, training.is_some())?;
    let engine = EngineOptions::named(arguments.engine).with_device(arguments.device);
    let options = Options::default().with_engine(engine);
    let judges = arguments
        .networks
        .load(&arguments.metrics, &data, &options.engine)?;
    let keeping = Keeping {
        features: is_comparison,
        shown: arguments.results.report.as_ref().map_or(0, |_| SHOWN),
        folder: arguments.results.pictures.clone(),
    };
    if let Some(folder) = &keeping.folder {
        prepare_folder(folder)?;
    }
    let mut evaluator = Evaluator::new(data, size, arguments.missing.seed, judges, keeping);
    let outcome = evaluate(&mut evaluator, &plan, &options, training.as_ref())?;
    if let Some(engine) = &outcome.engine {
        eprintln!("running on {engine}");
    }
    arguments.results.deliver(&outcome)
}
