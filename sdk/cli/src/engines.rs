//! `multicond engines`: lists the engines.

use std::path::PathBuf;

use multicond::{EngineReport, Result};

/// List the engines, and which of them are available on this machine
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond engines
  multicond engines --ort-library /opt/onnxruntime/lib --json")]
pub(crate) struct Args {
    /// ONNX Runtime's library or its folder [default: search for it]
    #[arg(long, value_name = "PATH")]
    ort_library: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let engines = multicond::engines(args.ort_library.as_deref());
    if args.json {
        crate::print(&crate::json(&engines))
    } else {
        crate::print(&engines.iter().map(describe).collect::<String>())
    }
}

fn describe(report: &EngineReport) -> String {
    let mut text = format!("{:12} {} on {}", report.name, report.title, report.device);
    if let Some(version) = &report.version {
        text += &format!(", {version}");
    }
    if let Some(library) = &report.library {
        text += &format!(", {}", library.display());
    }
    match &report.reason {
        Some(reason) => {
            text += &format!("\n{:12} not available: {reason}", "");
            text += &format!("\n{:12} needs {}", "", report.requirements);
        }
        None if report.auto => text += " (default)",
        None => {}
    }
    for setting in report.settings {
        text += &format!("\n{:12} setting {}: {}", "", setting.name, setting.help);
    }
    text + "\n"
}
