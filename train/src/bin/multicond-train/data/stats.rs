//! `multicond-train data stats`

use std::{fmt::Write, path::PathBuf};

use anyhow::Result;
use multicond_train::data::inspect::{LabelStats, Stats, stats};

use super::frames_bar;
use crate::{
    args::{print, print_json},
    dataset_args::DatasetArgs,
};

/// Show statistics of a dataset: label coverage, value ranges and class frequencies
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data stats prepared/train
  multicond-train data stats taskonomy --split train --sample 500 --json")]
pub(crate) struct Args {
    /// Dataset to read; several are taken as one
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// Number of frames to read, spread over the dataset [default: all]
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let dataset = args.dataset.open(&args.source)?;
    let bar = frames_bar();
    let stats = stats(&dataset, args.sample, &bar);
    bar.finish_and_clear();
    let stats = stats?;
    if args.json {
        print_json(&stats)
    } else {
        print(&describe(&stats)?)
    }
}

fn describe(stats: &Stats) -> Result<String> {
    let mut text = format!("{} frames", stats.frames);
    if let Some(objects) = stats.objects_per_frame {
        write!(text, ", {objects:.1} objects per frame")?;
    }
    text.push('\n');
    for dataset in &stats.datasets {
        writeln!(
            text,
            "  {}: {} frames, {} pictures in an epoch of training",
            dataset.name, dataset.frames, dataset.pictures_per_epoch
        )?;
    }
    write!(text, "{}", stats.missing)?;
    for label in &stats.labels {
        describe_label(label, &mut text)?;
    }
    Ok(text)
}

fn describe_label(label: &LabelStats, text: &mut String) -> Result<()> {
    write!(
        text,
        "\n{:<18} {:6.2} % known",
        label.name,
        100.0 * label.coverage
    )?;
    if label.empty_frames > 0 {
        write!(text, ", missing from {} frames", label.empty_frames)?;
    }
    text.push('\n');
    if let Some(unit) = &label.unit {
        for (channel, [low, mean, high]) in label.channels.iter().enumerate() {
            writeln!(
                text,
                "  channel {channel}: {low:.4} to {high:.4}, mean {mean:.4} {unit}"
            )?;
        }
    }
    for class in &label.classes {
        let bar = "#".repeat((40.0 * class.share).round() as usize);
        writeln!(
            text,
            "  {:<16} {:6.2} %  in {:>6} frames  {bar}",
            class.name,
            100.0 * class.share,
            class.frames
        )?;
    }
    Ok(())
}
