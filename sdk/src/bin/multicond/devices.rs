//! `multicond devices`: what can run here.

use std::path::PathBuf;

use multicond::{DeviceReport, Result};

/// List the engines, whether they can run here, and which one is taken.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond devices
  multicond devices --ort-library /opt/onnxruntime/lib --json")]
pub(crate) struct Args {
    /// ONNX Runtime's library or its folder, instead of searching for it.
    #[arg(long, value_name = "PATH")]
    ort_library: Option<PathBuf>,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let devices = multicond::devices(args.ort_library.as_deref());
    if args.json {
        crate::print(&crate::json(&devices));
    } else {
        crate::print(&devices.iter().map(line).collect::<String>());
    }
    Ok(())
}

fn line(report: &DeviceReport) -> String {
    let mut line = format!("{:8} {}", report.device, report.engine);
    if let Some(version) = &report.version {
        line += &format!(" {version}");
    }
    if let Some(path) = &report.path {
        line += &format!(", {}", path.display());
    }
    match &report.reason {
        Some(reason) => line += &format!(": not available: {reason}"),
        None if report.auto => line += " (taken by auto)",
        None => {}
    }
    line + "\n"
}
