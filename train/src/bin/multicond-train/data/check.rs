//! `multicond-train data check`

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use multicond_train::data::inspect::check;

use super::frames_bar;
use crate::dataset_arguments::DatasetArguments;

/// Read every frame and say what is wrong with it
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data check taskonomy --split train
  multicond-train data check renders --good good.txt
  multicond-train data prepare renders --frames good.txt -o prepared

Files that cannot be read, sizes that do not match, codes that a label does not have, and values that cannot be true:
distances that are not positive, normals that look away or do not fit the depth, curvatures in the wrong order. The exit
code is 2 if there is anything.")]
pub(crate) struct Arguments {
    /// The dataset
    source: PathBuf,
    /// Write the names of the frames without problems, for --frames
    #[arg(long, value_name = "FILE")]
    good: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArguments,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let dataset = arguments.dataset.open(&arguments.source)?;
    let bar = frames_bar();
    let problems = check(&dataset, &bar);
    bar.finish_and_clear();
    let problems = problems?;
    let bad: BTreeSet<&str> = problems
        .iter()
        .map(|problem| problem.frame.as_str())
        .collect();
    if let Some(path) = &arguments.good {
        let good = dataset
            .frames()
            .iter()
            .filter(|name| !bad.contains(name.as_str()));
        let lines: String = good.flat_map(|name| [name.as_str(), "\n"]).collect();
        fs::write(path, lines).with_context(|| path.display().to_string())?;
    }
    let frames = dataset.frames().len();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&problems)?);
    } else {
        for problem in &problems {
            println!("{}: {}", problem.frame, problem.message);
        }
    }
    if !problems.is_empty() {
        bail!("{} of {frames} frames have problems", bad.len());
    }
    if !arguments.json {
        println!("{frames} frames, nothing wrong");
    }
    Ok(())
}
