//! `multicond-train segmenter`

use std::{
    num::{NonZeroU64, NonZeroUsize},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use multicond::{EngineOptions, label::Label, model::Size};
use multicond_format::storage::write_atomically;
use multicond_train::{
    eval::{Segmenter, Table, real_scores},
    onnx,
    training::{BackendKind, SegmenterOptions, open_devices, progress_bar, train_segmenter},
};
use prost::Message;

use crate::{
    args::{print, print_json, require_folder, size},
    dataset_args::DatasetArgs,
};

/// Train a small segmenter, to judge generated pictures by the classes it sees in them
#[derive(clap::Args)]
#[command(after_help = "Example:
  multicond-train segmenter --data rooms/train --validation rooms/val -o segmenter.onnx

`multicond-train eval --segmenter segmenter.onnx` uses it. The file says what goes in and what comes out, so that
any ONNX runtime can use it too. With --validation its scores on real pictures are printed at the end: what
those of generated pictures are held against.")]
pub(crate) struct Args {
    /// The dataset to learn from
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The dataset to score the segmenter on
    #[arg(long, value_name = "DIR")]
    validation: Option<PathBuf>,
    /// Dataset split of the validation data
    #[arg(long, value_name = "NAME", requires = "validation")]
    validation_split: Option<String>,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Size that pictures are seen in, multiples of 16
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "128x128")]
    size: Size,
    /// Steps of the training
    #[arg(long, value_name = "N", default_value = "3000")]
    steps: NonZeroU64,
    /// Pictures a step
    #[arg(long, value_name = "N", default_value = "4")]
    batch: NonZeroUsize,
    /// Learning rate at the start
    #[arg(long, value_name = "RATE", default_value_t = 2e-3)]
    rate: f64,
    /// Seed of every random number
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// burn backend; all but flex need a cargo feature of the same name
    #[arg(long, value_enum, default_value = "flex")]
    backend: BackendKind,
    /// Print the scores as JSON
    #[arg(long, requires = "validation")]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let data = args.dataset.open(&args.data)?;
    let validation = args
        .dataset
        .open_other(args.validation.as_deref(), args.validation_split.as_deref())?;
    let label = data.class_label().cloned();
    let label =
        label.with_context(|| format!("{}: has no label of classes", args.data.display()))?;
    let classes = label.classes().unwrap_or_default();
    if let Some(validation) = &validation {
        let other = validation.class_label().and_then(Label::classes);
        ensure!(
            other == Some(classes),
            "the validation data has other classes than the training data"
        );
    }
    require_folder(&args.out)?;
    let device = &open_devices(args.backend, NonZeroUsize::MIN)?[0];
    eprintln!("{device}");
    let options = SegmenterOptions {
        size: args.size,
        steps: args.steps.get(),
        batch_size: args.batch.get(),
        rate: args.rate,
        seed: args.seed,
    };
    let bar = progress_bar(0, options.steps);
    let network = train_segmenter(data, &label, &options, &device.device, &bar)?;
    bar.finish_and_clear();
    let model = onnx::segmenter(&network, classes, args.size)?;
    write_atomically(&args.out, &model.encode_to_vec())?;
    let Some(validation) = validation else {
        return print(&format!("{}\n", args.out.display()));
    };
    let judge = Segmenter::load(&args.out, classes, &EngineOptions::default())?;
    let scores = real_scores(&judge, &validation, args.size)?;
    if args.json {
        return print_json(&scores);
    }
    let frames = validation.frames().len();
    let table = Table::of_set(&format!("{frames} real pictures"), &scores);
    print(&table.text())
}
