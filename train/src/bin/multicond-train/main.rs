//! The command `multicond-train`, one file per subcommand.

mod args;
mod data;
mod dataset_args;
mod eval;
mod export;
mod import;
mod init;
mod percents;
mod report;
mod segmenter;
mod train;

use std::{io::Write, panic, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    version,
    about = "Train generators that turn label maps into pictures, and export them to ONNX"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(subcommand)]
    Data(data::Command),
    Train(train::Args),
    Report(report::Args),
    Init(init::Args),
    Export(export::Args),
    Import(import::Args),
    Eval(Box<eval::Args>),
    Segmenter(segmenter::Args),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let command = Cli::parse().command;
    // Panics are errors like others; where they happened is for the log.
    panic::set_hook(Box::new(|panic| tracing::debug!("{panic}")));
    let run = || match command {
        Command::Data(command) => data::run(command),
        Command::Train(args) => train::run(args),
        Command::Report(args) => report::run(args),
        Command::Init(args) => init::run(args),
        Command::Export(args) => export::run(args),
        Command::Import(args) => import::run(args),
        Command::Eval(args) => eval::run(*args),
        Command::Segmenter(args) => segmenter::run(args),
    };
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(run));
    match outcome.unwrap_or_else(|panic| Err(multicond::Error::panic(&*panic).into())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not `eprintln`, which panics if it cannot print.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}
