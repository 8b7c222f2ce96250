//! The command line of multicond: label maps in, a picture out.

mod bench;
mod components;
mod concept;
mod devices;
mod engine_args;
mod frame_files;
mod generate;
mod info;
mod size;
mod spinner;
mod synthetic;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Generates pictures from label maps: semantics, depth, normals, edges and more, dense or with holes.
#[derive(Parser)]
#[command(name = "multicond", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say what happens, on stderr; RUST_LOG chooses more finely.
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Command {
    Generate(generate::Args),
    Concept(concept::Args),
    Info(info::Args),
    Devices(devices::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.verbose);
    let result = match cli.command {
        Command::Generate(args) => generate::run(args),
        Command::Concept(args) => concept::run(args),
        Command::Info(args) => info::run(args),
        Command::Devices(args) => devices::run(args),
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

fn log(verbose: bool) {
    let level = if verbose {
        "multicond=debug,onnxruntime=info"
    } else {
        "off"
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
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
