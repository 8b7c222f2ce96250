//! `multicond-train data prepare`

use std::{path::PathBuf, time::Instant};

use anyhow::Result;
use multicond::{Size, label::Label};
use multicond_train::data::{Column, DatasetManifest, PrepareOptions, inspect::Shortfall, prepare};

use super::frames_bar;
use crate::{
    args::{print_json, print_path, size},
    dataset_args::DatasetArgs,
};

/// Convert a dataset to the prepared format, which is memory-mapped during training
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data prepare taskonomy --split train -o prepared/train --size 256x256
  multicond-train data prepare cityscapes --split train -o prepared/street --derive normals=depth --derive edges=canny
  multicond-train data prepare renders -o prepared/renders --labels depth,normals,semantics
  multicond-train data prepare photos -o prepared/photos --derive depth=midas.toml --fov 60 --derive normals=depth

After an interruption, the same command continues where it stopped. Pictures are centre-cropped to the aspect \
ratio of the size, then scaled. docs/dataset.md describes the prepared format and all supported layouts.")]
pub(crate) struct Args {
    /// Dataset: a folder, a table or a .mat file; several are taken as one
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// Output folder
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Picture size [default: 512x256 for Cityscapes, else 256x256]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Names of the labels to keep [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Number of reader threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Accept labels without a value in any frame
    #[arg(long)]
    allow_missing: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let dataset = args.dataset.open(&args.source)?;
    let options = PrepareOptions {
        size: args.size,
        labels: args.labels,
        threads: args.threads.map(usize::from),
        allow_missing: args.allow_missing,
    };
    let bar = frames_bar();
    let start = Instant::now();
    let manifest = prepare(&dataset, &args.out, &options, &bar);
    bar.finish_and_clear();
    let manifest = manifest?;
    let labels: Vec<Label> = manifest.columns.iter().map(|c| c.label.clone()).collect();
    eprint!("{}", Shortfall::of(&dataset, &labels)?);
    let has_classes = |column: &Column| column.label.classes().is_some();
    if manifest.columns.iter().any(has_classes) {
        for rule in dataset.unmatched() {
            eprintln!("warning: {rule}");
        }
    }
    if args.json {
        print_json(&manifest)
    } else {
        print_summary(&manifest, start.elapsed().as_secs_f64());
        print_path(&args.out)
    }
}

fn print_summary(manifest: &DatasetManifest, seconds: f64) {
    let frames = manifest.frames.len();
    let megabytes = (frames * manifest.record_bytes) as f64 / 1e6;
    let mut labels: Vec<&str> = manifest
        .columns
        .iter()
        .map(|c| c.label.name.as_str())
        .collect();
    labels.extend(manifest.instances_offset.map(|_| "objects"));
    eprintln!(
        "{frames} frames of {}, {megabytes:.1} MB, in {seconds:.1} s: picture, {}",
        manifest.size,
        labels.join(", ")
    );
}
