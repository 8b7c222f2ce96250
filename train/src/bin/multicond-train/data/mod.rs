//! `multicond-train data`: commands for datasets, one file per subcommand.

mod check;
mod prepare;
mod preview;
mod stats;

use anyhow::Result;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

/// Prepare, check and inspect datasets
#[derive(Subcommand)]
pub(crate) enum Command {
    Prepare(prepare::Args),
    Check(check::Args),
    Stats(stats::Args),
    Preview(preview::Args),
}

pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Prepare(args) => prepare::run(args),
        Command::Check(args) => check::run(args),
        Command::Stats(args) => stats::run(args),
        Command::Preview(args) => preview::run(args),
    }
}

/// A progress bar for frames; the caller sets its length.
fn frames_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} frames, {per_sec}, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
