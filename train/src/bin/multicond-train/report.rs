//! `multicond-train report`

use std::path::PathBuf;

use anyhow::Result;
use multicond_format::storage::write_atomically;
use multicond_train::report::{Run, page};

use crate::args::print_json;

/// Show how a run goes, as one HTML page
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train report runs/rooms -o report.html
  multicond-train report runs/rooms --json

The page holds the run's numbers, configuration, loss curves and sheets of samples. It needs no
network and no script, and can be made while the run goes on.")]
pub(crate) struct Args {
    /// The run's folder
    run: PathBuf,
    /// The page to write
    #[arg(short, long, value_name = "FILE", required_unless_present = "json")]
    out: Option<PathBuf>,
    /// Print the run's numbers as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let run = Run::read(&args.run)?;
    if let Some(out) = &args.out {
        write_atomically(out, page(&run)?.as_bytes())?;
    }
    match &args.out {
        Some(out) if !args.json => println!("{}", out.display()),
        _ => print_json(&run.summary())?,
    }
    Ok(())
}
