//! `multicond-train segmenter`

use std::{
    num::{NonZeroU64, NonZeroUsize},
    path::PathBuf,
    slice,
};

use anyhow::{Context, Result};
use multicond::{EngineOptions, Size};
use multicond_format::storage::write_atomically;
use multicond_train::{
    data::inspect::Shortfall,
    eval::{Segmenter, Table, real_scores},
    onnx,
    training::{BackendKind, SegmenterOptions, open_devices, progress_bar, train_segmenter},
};
use prost::Message;

use crate::{
    args::{print, print_json, print_path, require_folder, size},
    dataset_args::DatasetArgs,
};

/// Train a small segmenter, which scores generated pictures by the classes that it recognises
#[derive(clap::Args)]
#[command(after_help = "Example:
  multicond-train segmenter --data rooms/train --validation rooms/val -o segmenter.onnx

Use the result with `multicond-train eval --segmenter segmenter.onnx`. The file describes its input and output, so
any ONNX runtime can use it too. With --validation, the scores on ground-truth pictures are printed at the end, as
the reference for the scores of generated pictures.")]
pub(crate) struct Args {
    /// Training dataset; repeat it for several
    #[arg(long, value_name = "DIR", required = true)]
    data: Vec<PathBuf>,
    /// Validation dataset, to score the segmenter on; repeat it for several
    #[arg(long, value_name = "DIR")]
    validation: Vec<PathBuf>,
    /// Dataset split of the validation data
    #[arg(long, value_name = "NAME", requires = "validation")]
    validation_split: Option<String>,
    /// Output file
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Input size of the network; multiples of 16
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "128x128")]
    size: Size,
    /// Number of training steps
    #[arg(long, value_name = "N", default_value = "3000")]
    steps: NonZeroU64,
    /// Batch size
    #[arg(long, value_name = "N", default_value = "4")]
    batch: NonZeroUsize,
    /// Initial learning rate
    #[arg(long, value_name = "RATE", default_value_t = 2e-3)]
    rate: f64,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// burn backend; every backend except flex needs the cargo feature of the same name
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
        .open_other(&args.validation, args.validation_split.as_deref())?;
    let label = data.class_label().cloned();
    let label = label.with_context(|| format!("{}: has no label of classes", data.name()))?;
    let classes = label.classes().unwrap_or_default();
    if let Some(validation) = &validation {
        validation.label(&label.name)?;
        eprint!(
            "{}",
            Shortfall::sampled(validation, slice::from_ref(&label))?
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
        return print_path(&args.out);
    };
    let segmenter = Segmenter::load(&args.out, classes, &EngineOptions::default())?;
    let scores = real_scores(&segmenter, &validation, &label, args.size)?;
    if args.json {
        return print_json(&scores);
    }
    let frames = validation.frames().len();
    let table = Table::of_set(&format!("ground truth of {frames} frames"), &scores);
    print(&table.text())
}
