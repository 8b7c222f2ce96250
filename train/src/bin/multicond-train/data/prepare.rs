//! `multicond-train data prepare`

use std::{path::PathBuf, time::Instant};

use anyhow::Result;
use multicond::Size;
use multicond_train::data::{DatasetManifest, PrepareOptions, prepare};

use super::frames_bar;
use crate::{
    args::{print, print_json, size},
    dataset_args::DatasetArgs,
};

/// Write a dataset in the form that loads at the speed of memory
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data prepare taskonomy --split train -o prepared/train --size 256x256
  multicond-train data prepare cityscapes --split train -o prepared/street --derive normals=depth --derive edges=canny
  multicond-train data prepare renders -o prepared/renders --labels depth,normals,semantics
  multicond-train data prepare photos -o prepared/photos --derive depth=midas.toml --fov 60 --derive normals=depth

Interrupted, the same command goes on where it stopped. Pictures are cropped around their middle to \
the proportions of the size, then scaled. docs/dataset.md describes the form and every layout that is read.")]
pub(crate) struct Args {
    /// The dataset: a folder, or a table or .mat file
    source: PathBuf,
    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Size of the pictures [default: 512x256 for Cityscapes, else 256x256]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Labels to keep, by name [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Threads that read [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
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
    };
    let bar = frames_bar();
    let start = Instant::now();
    let manifest = prepare(&dataset, &args.out, &options, &bar);
    bar.finish_and_clear();
    let manifest = manifest?;
    if args.json {
        print_json(&manifest)
    } else {
        print_summary(&manifest, start.elapsed().as_secs_f64());
        print(&format!("{}\n", args.out.display()))
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
