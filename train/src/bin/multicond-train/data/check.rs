//! `multicond-train data check`

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Result, bail};
use multicond_format::storage::write_atomically;
use multicond_train::data::inspect::{Coverage, Problem, check_coverage};

use super::frames_bar;
use crate::{
    args::{print, print_json},
    dataset_args::DatasetArgs,
};

/// Read every frame and report problems
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train data check taskonomy --split train
  multicond-train data check renders --good good.txt
  multicond-train data prepare renders --frames good.txt -o prepared

Reports unreadable files, mismatched sizes, codes that the label does not define, and impossible values: \
distances that are not positive or mostly beyond 300 m, normals that face away from the camera or disagree with \
the depth (with the axes that would fit), curvatures in the wrong order or with the wrong sign. Problems of the whole \
dataset are labels that are asked for and have no value in any frame, and colours and rules that fit nothing. The \
exit code is 2 if there is any problem. It also says how much of each label is missing.")]
pub(crate) struct Args {
    /// Dataset to check; several are taken as one
    #[arg(required = true)]
    source: Vec<PathBuf>,
    /// Write the names of the frames without problems to a file, for --frames
    #[arg(long, value_name = "FILE")]
    good: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dataset: DatasetArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let dataset = args.dataset.open(&args.source)?;
    let bar = frames_bar();
    let checked = check_coverage(&dataset, &bar);
    bar.finish_and_clear();
    let (problems, coverage) = checked?;
    let bad: BTreeSet<&str> = problems
        .iter()
        .filter_map(|problem| problem.frame.as_deref())
        .collect();
    let of_dataset = problems.iter().filter(|problem| problem.frame.is_none());
    let of_dataset = of_dataset.count();
    if let Some(path) = &args.good {
        let good = dataset
            .frames()
            .iter()
            .filter(|name| !bad.contains(name.as_str()));
        let lines: String = good.flat_map(|name| [name.as_str(), "\n"]).collect();
        write_atomically(path, lines.as_bytes())?;
    }
    let frames = dataset.frames().len();
    if args.json {
        print_json(&problems)?;
    } else {
        let line = |problem: &Problem| {
            let place = problem.frame.as_deref().unwrap_or("the dataset");
            format!("{place}: {}\n", problem.message)
        };
        print(&problems.iter().map(line).collect::<String>())?;
        // Without frames that could be read, nothing is known about the labels. One without a value is a problem.
        let partial = coverage
            .iter()
            .filter(|label| label.share() > 0.0 && !label.is_whole());
        let line = |label: &Coverage| format!("{label}\n");
        print(&partial.map(line).collect::<String>())?;
    }
    if !problems.is_empty() {
        let also = match of_dataset {
            0 => String::new(),
            1 => ", and the dataset has one".into(),
            count => format!(", and the dataset has {count}"),
        };
        bail!("{} of {frames} frames have problems{also}", bad.len());
    }
    if !args.json {
        print(&format!("{frames} frames, nothing wrong\n"))?;
    }
    Ok(())
}
