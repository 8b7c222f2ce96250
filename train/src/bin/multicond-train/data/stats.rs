//! `multicond-train data stats`

use std::path::PathBuf;

use anyhow::Result;
use multicond_train::data::inspect::{LabelStats, Stats, stats};

use super::frames_bar;
use crate::dataset_arguments::DatasetArguments;

/// Count what a dataset holds: coverage of each label, ranges of values, frequencies of classes
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data stats prepared/train
  multicond-train data stats taskonomy --split train --sample 500 --json")]
pub(crate) struct Arguments {
    /// The dataset
    source: PathBuf,
    /// Look at so many frames, spread over the dataset [default: all]
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArguments,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let dataset = arguments.dataset.open(&arguments.source)?;
    let bar = frames_bar();
    let stats = stats(&dataset, arguments.sample, &bar);
    bar.finish_and_clear();
    let stats = stats?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&stats)?);
    } else {
        print_stats(&stats);
    }
    Ok(())
}

fn print_stats(stats: &Stats) {
    print!("{} frames", stats.frames);
    match stats.objects_per_frame {
        Some(objects) => println!(", {objects:.1} objects a frame"),
        None => println!(),
    }
    for label in &stats.labels {
        print_label(label);
    }
}

fn print_label(label: &LabelStats) {
    print!(
        "\n{:<18} {:6.2} % known",
        label.name,
        100.0 * label.coverage
    );
    if label.empty_frames > 0 {
        print!(", nowhere in {} frames", label.empty_frames);
    }
    println!();
    if let Some(unit) = &label.unit {
        for (channel, [low, mean, high]) in label.channels.iter().enumerate() {
            println!("  channel {channel}: {low:.4} to {high:.4}, mean {mean:.4} {unit}");
        }
    }
    for class in &label.classes {
        let bar = "#".repeat((40.0 * class.share).round() as usize);
        println!(
            "  {:<16} {:6.2} %  in {:>6} frames  {bar}",
            class.name,
            100.0 * class.share,
            class.frames
        );
    }
}
