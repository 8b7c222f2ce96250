//! `multicond-train eval`

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;
use multicond::{
    DeviceOptions, Options,
    label::Label,
    model::{Manifest, Size},
};
use multicond_train::{
    data::Dataset,
    eval::{
        Condition, Evaluator, FeatureNetwork, Judges, Keeping, Lpips, LpipsNetwork, Outcome,
        Planned, Segmenter, Source, Table, evaluate, open_model, prepare_folder, rows,
    },
    files::write_atomically,
    report::{evaluation_markdown, evaluation_page},
};

use crate::{
    arguments::{cached, print, print_json, size},
    dataset_arguments::DatasetArguments,
    percents::{Percents, percents},
};

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
pub(crate) struct Arguments {
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
    #[command(flatten)]
    missing: Missing,
    #[command(flatten)]
    networks: Networks,
    #[command(flatten)]
    results: Results,
    /// Engine that runs the model and the networks that judge it
    #[arg(long, default_value = "auto")]
    device: multicond::Device,
    #[command(flatten)]
    dataset: DatasetArguments,
}

/// Something to measure; PSNR and SSIM always are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Metric {
    /// Peak signal-to-noise ratio and structural similarity alone
    Pixels,
    /// LPIPS 0.1 on AlexNet
    LpipsAlex,
    /// LPIPS 0.1 on VGG16
    LpipsVgg,
    /// Frechet distance
    Frechet,
    /// mIoU and pixel accuracy of a segmenter
    Classes,
}

/// What the model is not given.
#[derive(clap::Args)]
#[command(next_help_heading = "Missing labels")]
struct Missing {
    /// Percent of the regions that lose each label; several make a study, and `10,20,...,70` counts on
    #[arg(long, value_name = "PERCENTS", value_parser = percents, default_value = "0")]
    sparsity: Percents,
    /// Score once with all labels and once without each
    #[arg(long)]
    remove_labels: bool,
    /// Labels that are left out, by name
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    remove: Vec<String>,
    /// Chance that random strokes are rubbed out of a label, from 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    free_form: f64,
    /// What is dropped follows from this and the frame's name
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// The networks that judge.
#[derive(clap::Args)]
#[command(next_help_heading = "Networks")]
struct Networks {
    /// Network for the Frechet distance, .onnx or .toml [default: EfficientNet-Lite0]
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Segmenter, .onnx or .toml [default: the built-in one, which knows the classes of the rooms]
    #[arg(long, value_name = "FILE")]
    segmenter: Option<PathBuf>,
    /// AlexNet and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    alex: Option<PathBuf>,
    /// VGG16 and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
}

/// Where the results go.
#[derive(clap::Args)]
#[command(next_help_heading = "Results")]
struct Results {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write JSON to a file
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a page with tables, curves and pictures
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Write the tables in Markdown
    #[arg(long, value_name = "FILE.md")]
    markdown: Option<PathBuf>,
    /// Write all pictures to a new folder, for other programs to score
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    ensure!(
        (0.0..=1.0).contains(&arguments.missing.free_form),
        "--free-form {} is not between 0 and 1",
        arguments.missing.free_form
    );
    let data = arguments.dataset.open(&arguments.data)?;
    let training = arguments
        .training
        .as_ref()
        .map(|folder| {
            let split = arguments.training_split.clone();
            arguments.dataset.open_other(folder, split)
        })
        .transpose()?;
    let sources = arguments.sources()?;
    let manifest = arguments.manifest(&sources)?;
    let conditions = arguments.missing.conditions(&data, &manifest.labels)?;
    let plan = arguments.plan(sources, &conditions);
    let keeping = Keeping {
        features: !arguments.compare.is_empty(),
        shown: if arguments.results.report.is_some() {
            SHOWN
        } else {
            0
        },
        folder: arguments.results.pictures.clone(),
    };
    if let Some(folder) = &keeping.folder {
        prepare_folder(folder)?;
    }
    let options = Options {
        device: arguments.device.into(),
        ..Options::default()
    };
    let judges = arguments.judges(&data, &options.device)?;
    let size = arguments.size.unwrap_or(manifest.trained_size);
    let mut evaluator = Evaluator::new(data, size, arguments.missing.seed, judges, keeping);
    let outcome = evaluate(&mut evaluator, &plan, &options, training.as_ref())?;
    arguments.results.deliver(&outcome)
}

impl Arguments {
    fn sources(&self) -> Result<Vec<Source>> {
        let mut sources = Vec::new();
        let models = self.model.iter().chain(&self.compare);
        sources.extend(models.cloned().map(Source::Model));
        for run in &self.curve {
            sources.extend(Source::checkpoints(run)?);
        }
        Ok(sources)
    }

    /// What the first model says of itself. The others must be for the same size, unless one is given.
    fn manifest(&self, sources: &[Source]) -> Result<Manifest> {
        let paths = || self.model.iter().chain(&self.compare).chain(&self.curve);
        let open = |path: &PathBuf| Ok(open_model(path)?.manifest().clone());
        let manifests = paths().map(open).collect::<Result<Vec<Manifest>>>()?;
        let first = manifests[0].clone();
        for (path, other) in paths().zip(&manifests) {
            ensure!(
                self.size.is_some() || other.trained_size == first.trained_size,
                "{}: trained on {}, not on {} as {}; give the --size to score all at",
                path.display(),
                other.trained_size,
                first.trained_size,
                sources[0].name()
            );
        }
        Ok(first)
    }

    fn plan(&self, mut sources: Vec<Source>, conditions: &[Condition]) -> Vec<Planned> {
        // Neither looks at labels, so that one row of each is enough.
        let is_study = sources.len() > 1 || conditions.len() > 1;
        if !is_study {
            sources.push(Source::MeanColour);
        }
        if self.training.is_some() {
            sources.push(Source::Nearest);
        }
        let blind = |row: &Planned| matches!(row.source, Source::MeanColour | Source::Nearest);
        let mut plan = rows(sources, conditions);
        let mut seen = Vec::new();
        plan.retain_mut(|row| {
            if !blind(row) {
                return true;
            }
            row.condition = Condition::default();
            let is_new = !seen.contains(&row.source);
            seen.push(row.source.clone());
            is_new
        });
        plan
    }

    fn judges(&self, data: &Dataset, device: &DeviceOptions) -> Result<Judges> {
        let wants = |metric| self.metrics.is_empty() || self.metrics.contains(&metric);
        let lpips = |metric, network: LpipsNetwork, path: &Option<PathBuf>| {
            let path = path.clone().unwrap_or_else(|| cached(network.file()));
            wants(metric)
                .then(|| Lpips::load(network, &path, device))
                .transpose()
        };
        Ok(Judges {
            lpips_alex: lpips(Metric::LpipsAlex, LpipsNetwork::Alex, &self.networks.alex)?,
            lpips_vgg: lpips(Metric::LpipsVgg, LpipsNetwork::Vgg, &self.networks.vgg)?,
            features: wants(Metric::Frechet)
                .then(|| match &self.networks.features {
                    Some(path) => FeatureNetwork::load(path, device),
                    None => FeatureNetwork::efficientnet_lite0(
                        &cached("efficientnet_lite0.safetensors"),
                        device,
                    ),
                })
                .transpose()?,
            segmenter: match wants(Metric::Classes) {
                true => self.segmenter(data, device)?,
                false => None,
            },
        })
    }

    /// The segmenter that was asked for, or the built-in one if it knows the data's classes.
    fn segmenter(&self, data: &Dataset, device: &DeviceOptions) -> Result<Option<Segmenter>> {
        let is_asked = self.metrics.contains(&Metric::Classes);
        let Some(classes) = data.class_label().and_then(Label::classes) else {
            ensure!(
                !is_asked && self.networks.segmenter.is_none(),
                "{}: has no label of classes, so nothing to compare a segmenter's with",
                self.data.display()
            );
            return Ok(None);
        };
        match (&self.networks.segmenter, is_asked) {
            (Some(path), _) => Segmenter::load(path, classes, device).map(Some),
            (None, true) => Segmenter::rooms(classes, device).map(Some),
            (None, false) => {
                let found = Segmenter::rooms(classes, device);
                if let Err(error) = &found {
                    eprintln!(
                        "classes are not measured: {error:#}; --segmenter names another judge"
                    );
                }
                Ok(found.ok())
            }
        }
    }
}

impl Missing {
    fn conditions(&self, data: &Dataset, labels: &[Label]) -> Result<Vec<Condition>> {
        for name in &self.remove {
            data.label(name)?;
        }
        let mut removals = vec![self.remove.clone()];
        if self.remove_labels {
            if labels.len() < 2 {
                bail!("--remove-labels: the model has one label only");
            }
            for label in labels {
                if !self.remove.contains(&label.name) {
                    removals.push([&self.remove[..], &[label.name.clone()]].concat());
                }
            }
        }
        let mut conditions = Vec::new();
        for percent in &self.sparsity.0 {
            for removed in &removals {
                conditions.push(Condition {
                    sparsity: percent / 100.0,
                    removed: removed.clone(),
                    free_form: self.free_form,
                });
            }
        }
        Ok(conditions)
    }
}

impl Results {
    fn deliver(&self, outcome: &Outcome) -> Result<()> {
        if let Some(path) = &self.out {
            write_atomically(path, serde_json::to_string_pretty(outcome)?.as_bytes())?;
        }
        if let Some(path) = &self.report {
            write_atomically(path, evaluation_page(outcome)?.as_bytes())?;
        }
        if let Some(path) = &self.markdown {
            write_atomically(path, evaluation_markdown(outcome).as_bytes())?;
        }
        if self.json {
            return print_json(outcome);
        }
        print(&text(outcome))
    }
}

fn text(outcome: &Outcome) -> String {
    let mut text = format!(
        "{} frames of {}, {}\n\n",
        outcome.frames, outcome.data, outcome.size
    );
    text += &Table::of_scores(outcome).text();
    if let Some(table) = Table::of_differences(outcome) {
        text.push('\n');
        text += &table.text();
    }
    text
}
