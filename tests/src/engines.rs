//! The engines available on this machine.

use multicond::Device;

/// tract, and ONNX Runtime if it is installed. Without it, tests report that they skip it, and fail if
/// `MULTICOND_REQUIRE_ORT` is 1.
///
/// # Panics
/// When ONNX Runtime is required but missing.
pub fn available() -> Vec<Device> {
    let mut engines = vec![Device::Tract];
    if has_ort() {
        engines.push(Device::Cpu);
    }
    engines
}

fn has_ort() -> bool {
    let reports = multicond::devices(None);
    let ort = reports.iter().find(|report| report.device == Device::Cpu);
    if ort.is_some_and(|report| report.available) {
        return true;
    }
    let reason = ort.and_then(|report| report.reason.as_deref());
    skip(
        "MULTICOND_REQUIRE_ORT",
        "ONNX Runtime",
        reason.unwrap_or("not built in"),
    );
    false
}

/// Reports that a test skips something.
///
/// # Panics
/// When the environment variable `required` is 1.
pub fn skip(required: &str, what: &str, reason: &str) {
    let must = std::env::var(required).is_ok_and(|value| value == "1");
    assert!(!must, "{required}=1, but {what} cannot be used: {reason}");
    eprintln!("SKIPPED: no comparison with {what}: {reason}");
}
