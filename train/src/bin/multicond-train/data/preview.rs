//! `multicond-train data preview`

use std::path::PathBuf;

use anyhow::{Result, ensure};
use multicond::Size;
use multicond_train::data::{
    Sparsity,
    inspect::{Preview, preview},
    show::save_png,
};

use super::frames_bar;
use crate::{
    args::{print, size},
    dataset_args::DatasetArgs,
    percents::percent,
};

/// Draw a contact sheet of some frames: picture, labels and objects
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data preview taskonomy --split train -o sheet.png
  multicond-train data preview renders -o sheet.png --count 4 --size 512x512 --sparsity 50

Prints the names of the columns, left to right. A checkerboard marks missing values.")]
pub(crate) struct Args {
    /// Dataset to draw; several are taken as one
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// Output file
    #[arg(short, long, value_name = "FILE.png")]
    out: PathBuf,
    /// Number of frames, spread over the dataset
    #[arg(long, value_name = "N", default_value_t = 6)]
    count: usize,
    /// Size of each picture [default: 512x256 for Cityscapes, else 256x256]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Percentage of regions in which each label is dropped
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "0")]
    sparsity: f64,
    /// Mask random strokes in every label
    #[arg(long)]
    free_form: bool,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let is_png = args
        .out
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("png"));
    ensure!(
        is_png,
        "{}: the output file must be a .png file",
        args.out.display()
    );
    let dataset = args.dataset.open(&args.source)?;
    let options = Preview {
        frames: args.count,
        size: args.size.unwrap_or(dataset.training_size()),
        sparsity: Sparsity {
            free_form: if args.free_form { 1.0 } else { 0.0 },
            ..Sparsity::at_rate(args.sparsity / 100.0, &[])
        },
    };
    let bar = frames_bar();
    let sheet = preview(&dataset, &options, &bar);
    bar.finish_and_clear();
    let (sheet, columns) = sheet?;
    save_png(&sheet, &args.out)?;
    print(&format!("{}\n", columns.join(", ")))
}
