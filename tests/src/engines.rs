//! The engines that this machine has.

use multicond::Device;

/// tract, and ONNX Runtime where it is found. Without it tests say so, and fail where
/// `MULTICOND_REQUIRE_ORT` is 1.
///
/// # Panics
/// When ONNX Runtime is required and not there.
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

/// Says that a test leaves something out.
///
/// # Panics
/// When the environment variable `required` is 1.
pub fn skip(required: &str, what: &str, reason: &str) {
    let must = std::env::var(required).is_ok_and(|value| value == "1");
    assert!(!must, "{required}=1, but {what} cannot be used: {reason}");
    eprintln!("SKIPPED: no comparison with {what}: {reason}");
}
