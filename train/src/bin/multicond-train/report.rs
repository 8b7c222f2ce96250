//! `multicond-train report`

use std::path::PathBuf;

use anyhow::Result;
use multicond_format::storage::write_atomically;
use multicond_train::report::{Run, page};

use crate::args::{print_json, print_path};

/// Write an HTML report of a run
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train report runs/rooms -o report.html
  multicond-train report runs/rooms --json

The page shows the run's statistics, configuration, loss curves and sample sheets. It works offline and
without scripts, and can be written while training is running.")]
pub(crate) struct Args {
    /// Folder of the run
    run: PathBuf,
    /// Output file
    #[arg(short, long, value_name = "FILE", required_unless_present = "json")]
    out: Option<PathBuf>,
    /// Print the run's statistics as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let run = Run::read(&args.run)?;
    if let Some(out) = &args.out {
        write_atomically(out, page(&run)?.as_bytes())?;
    }
    match &args.out {
        Some(out) if !args.json => print_path(out)?,
        _ => print_json(&run.summary())?,
    }
    Ok(())
}
