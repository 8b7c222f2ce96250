//! The command line of multicond: label maps in, a picture out.

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

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

/// Generate pictures from label maps: semantics, depth, normals, edges and more, dense or with holes.
#[derive(Parser)]
#[command(name = "multicond", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Log what happens to stderr; RUST_LOG selects more finely.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,

    /// Print errors only: no warnings, and not which engine runs.
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
    let result = match cli.command {
        Command::Generate(args) => generate::run(args),
        Command::Concept(args) => concept::run(args),
        Command::Info(args) => info::run(args),
        Command::Engines(args) => engines::run(args),
        Command::Bench(args) => bench::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Writes to stdout. A reader that has gone away is no error of ours.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The JSON text of a report.
fn json(report: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(report).expect("reports have string keys only");
    text + "\n"
}
