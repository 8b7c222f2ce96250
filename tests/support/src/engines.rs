//! The engines available on this machine, and options to run them with.

use multicond::{EngineOptions, EngineReport, Options, Threads};

use crate::require::skip;

/// tract, and ONNX Runtime on the CPU if it is installed.
pub fn available() -> Vec<&'static str> {
    let mut engines = Vec::new();
    if has_onnxruntime() {
        engines.push("onnxruntime");
    }
    if report("tract").available {
        engines.push("tract");
    }
    engines
}

/// Whether ONNX Runtime is installed. If not, reports that a test is skipped.
pub fn has_onnxruntime() -> bool {
    let report = report("onnxruntime");
    if !report.available {
        skip(
            "ORT",
            "ONNX Runtime",
            report.reason.as_deref().unwrap_or("no reason given"),
        );
    }
    report.available
}

/// The report of an engine.
pub fn report(name: &str) -> EngineReport {
    let mut reports = multicond::engines(None).into_iter();
    reports.find(|report| report.name == name).unwrap()
}

/// Options for an engine: two threads, and a tile size that does not divide the pictures of the tests.
pub fn options(engine: &str) -> Options {
    Options::default()
        .with_engine(EngineOptions::named(engine))
        .with_threads(Threads::from(2.try_into().ok()))
        .with_tile_pixels(37.try_into().ok())
}
