//! Reports which engines are available, and why others are not.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Device, ENGINES, EngineOptions, Setting, backend::Descriptor, select::open};

/// What is known about one engine on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EngineReport {
    /// The name in [`EngineOptions::engine`].
    pub name: &'static str,
    /// The display name, for example `ONNX Runtime with CUDA`.
    pub title: &'static str,
    /// The device that it runs on: `cpu` or `gpu`.
    pub device: &'static str,
    /// Whether it can run models on this machine.
    pub available: bool,
    /// Whether it is the one that `auto` selects.
    pub auto: bool,
    /// Its version, if it is available.
    pub version: Option<String>,
    /// The path of its library, if it is available and not built in.
    pub library: Option<PathBuf>,
    /// Why it is not available; `None` if it is.
    pub reason: Option<String>,
    /// What it requires of a machine, in one line.
    pub requirements: &'static str,
    /// The settings that it accepts.
    pub settings: &'static [Setting],
}

/// Reports for every engine whether it is available on this machine, best engine first. `ort_library` is ONNX Runtime's
/// library file or its folder; `None` searches for it.
///
/// This opens the engines: it loads ONNX Runtime's library, which stays loaded.
pub fn engines(ort_library: Option<&Path>) -> Vec<EngineReport> {
    let options = EngineOptions::default().with_ort_library(ort_library.map(Path::to_owned));
    let mut reports: Vec<EngineReport> = ENGINES
        .iter()
        .map(|engine| report(engine, &options))
        .collect();
    // A library that was named and cannot be loaded is an error, and nothing runs in its place.
    let is_broken =
        |report: &EngineReport| report.name == super::ort::cpu::NAME && !report.available;
    if super::ort::is_library_named(ort_library) && reports.iter().any(is_broken) {
        return reports;
    }
    let is_automatic = |name| ENGINES.iter().any(|e| e.name == name && e.is_automatic);
    let mut usable = reports.iter_mut().filter(|report| report.available);
    if let Some(taken) = usable.find(|report| is_automatic(report.name)) {
        taken.auto = true;
    }
    reports
}

fn report(engine: &'static Descriptor, options: &EngineOptions) -> EngineReport {
    let opened = open(engine, options);
    let (version, library, reason) = match &opened {
        Ok(backend) => (Some(backend.version().into()), backend.library(), None),
        Err(error) => (None, None, Some(error.reason().into())),
    };
    EngineReport {
        name: engine.name,
        title: engine.title,
        device: match engine.device {
            Device::Gpu(_) => "gpu",
            Device::Auto | Device::Cpu => "cpu",
        },
        available: opened.is_ok(),
        auto: false,
        version,
        library,
        reason,
        requirements: engine.requirements,
        settings: engine.settings,
    }
}
