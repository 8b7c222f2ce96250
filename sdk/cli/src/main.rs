//! The command `multicond`, which generates pictures from label maps.

mod bench;
mod components;
mod concept;
mod engine_args;
mod engines;
mod frame_files;
mod generate;
mod info;
mod log;
mod spinner;
mod synthetic;

use std::{
    io::{ErrorKind, Write},
    panic,
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use multicond::{Error, Result};

/// Generate pictures from label maps such as semantics, depth, normals and edges
#[derive(Parser)]
#[command(name = "multicond", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Print log messages to stderr; the variable RUST_LOG sets a filter
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,

    /// Print errors only
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Generate(generate::Args),
    Concept(concept::Args),
    Info(info::Args),
    Engines(engines::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log::start(cli.verbose, cli.quiet);
    // Panics are errors like others; where they happened is for the log.
    panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
    let run = || match cli.command {
        Command::Generate(args) => generate::run(args),
        Command::Concept(args) => concept::run(args),
        Command::Info(args) => info::run(args),
        Command::Engines(args) => engines::run(args),
        Command::Bench(args) => bench::run(args),
    };
    let result = panic::catch_unwind(panic::AssertUnwindSafe(run));
    match result.unwrap_or_else(|panic| Err(Error::panic(&*panic))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not `eprintln`, which panics if it cannot print.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints to standard output. A closed pipe is not an error, so that `| head` works.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io(Path::new("standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Formats a report as JSON.
fn json(report: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(report).expect("reports have string keys only");
    text + "\n"
}
