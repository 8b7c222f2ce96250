//! The engines that this machine has, and options to run them with.

use multicond::{EngineOptions, EngineReport, Options, Threads};

use crate::require::skip;

/// tract, and ONNX Runtime on the processor where it is found.
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

/// Whether ONNX Runtime is there; a test that needs it says so if not.
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

/// What is known about one engine.
pub fn report(name: &str) -> EngineReport {
    let mut reports = multicond::engines(None).into_iter();
    reports.find(|report| report.name == name).unwrap()
}

/// Options for one engine, two threads and tiles that do not divide the pictures of the tests.
pub fn options(engine: &str) -> Options {
    Options::default()
        .with_engine(EngineOptions::named(engine))
        .with_threads(Threads::from(2.try_into().ok()))
        .with_tile_pixels(37.try_into().ok())
}
