//! The command line of the trainer: one file a subcommand.

mod arguments;
mod data;
mod dataset_arguments;
mod eval;
mod export;
mod import;
mod init;
mod percents;
mod report;
mod segmenter;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    version,
    about = "Trains generators that turn label maps into pictures, and exports them to ONNX"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(subcommand)]
    Data(data::Command),
    Train(train::Arguments),
    Report(report::Arguments),
    Init(init::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
    Eval(Box<eval::Arguments>),
    Segmenter(segmenter::Arguments),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let outcome = match Cli::parse().command {
        Command::Data(command) => data::run(command),
        Command::Train(arguments) => train::run(arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Eval(arguments) => eval::run(*arguments),
        Command::Segmenter(arguments) => segmenter::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
