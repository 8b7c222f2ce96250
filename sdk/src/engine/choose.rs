//! Which engine runs, and why not another.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Engine;
use crate::error::{Error, Result};

/// What a picture is generated on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Device {
    /// ONNX Runtime where its library is found, else tract.
    #[default]
    Auto,
    /// ONNX Runtime on the CPU.
    Ort,
    /// tract, the engine that is built in.
    Tract,
}

impl std::str::FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "ort" => Ok(Self::Ort),
            "tract" => Ok(Self::Tract),
            _ => Err(format!("`{text}` is none of auto, ort and tract")),
        }
    }
}

/// What is known about one engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceReport {
    /// The device that selects this engine.
    pub device: Device,
    /// The engine's full name.
    pub engine: String,
    /// Whether it can run models here.
    pub available: bool,
    /// Whether [`Device::Auto`] takes it.
    pub auto: bool,
    /// Its version, if it is there.
    pub version: Option<String>,
    /// Its library, if it is one that is loaded at run time.
    pub path: Option<PathBuf>,
    /// Why it is not available.
    pub reason: Option<String>,
}

/// Every engine, whether it can run here, and which one [`Device::Auto`] takes. `ort_library` is ONNX
/// Runtime's library, or its folder, if not to be searched for.
pub fn devices(ort_library: Option<&Path>) -> Vec<DeviceReport> {
    let mut reports = vec![ort_report(ort_library), tract_report()];
    if let Some(report) = reports.iter_mut().find(|report| report.available) {
        report.auto = true;
    }
    reports
}

/// The engine for `device`, with a word to the log about the choice.
pub(crate) fn choose(device: Device, ort_library: Option<&Path>) -> Result<Box<dyn Engine>> {
    let engine = match device {
        Device::Ort => ort(ort_library)?,
        Device::Tract => tract()?,
        Device::Auto => match ort(ort_library) {
            Ok(engine) => engine,
            // A library that was asked for by name is no longer a matter of taste.
            Err(error) if is_named(ort_library) => return Err(error),
            Err(error) => match tract() {
                Ok(engine) => {
                    tracing::info!("not running on ONNX Runtime, which would be faster: {error}");
                    engine
                }
                Err(_) => return Err(error),
            },
        },
    };
    tracing::info!("running on {}", engine.name());
    Ok(engine)
}

#[cfg(feature = "ort")]
fn ort(library: Option<&Path>) -> Result<Box<dyn Engine>> {
    super::ort::OrtEngine::new(library).map(|engine| Box::new(engine) as _)
}

#[cfg(feature = "ort")]
fn is_named(library: Option<&Path>) -> bool {
    super::ort::is_named(library)
}

#[cfg(not(feature = "ort"))]
fn is_named(library: Option<&Path>) -> bool {
    library.is_some()
}

#[cfg(not(feature = "ort"))]
fn ort(_: Option<&Path>) -> Result<Box<dyn Engine>> {
    Err(Error::engine("ONNX Runtime", NOT_BUILT_IN))
}

#[cfg(feature = "tract")]
fn tract() -> Result<Box<dyn Engine>> {
    Ok(Box::new(super::tract::TractEngine))
}

#[cfg(not(feature = "tract"))]
fn tract() -> Result<Box<dyn Engine>> {
    Err(Error::engine("tract", NOT_BUILT_IN))
}

#[cfg(not(all(feature = "ort", feature = "tract")))]
const NOT_BUILT_IN: &str = "this multicond was built without it";

fn ort_report(library: Option<&Path>) -> DeviceReport {
    #[cfg(feature = "ort")]
    let found = super::ort::find(library).map(|found| (Some(found.version), Some(found.path)));
    #[cfg(not(feature = "ort"))]
    let found = ort(library).map(|_| (None, None));
    report(Device::Ort, "ONNX Runtime", found)
}

fn tract_report() -> DeviceReport {
    #[cfg(feature = "tract")]
    let version = super::tract::VERSION;
    #[cfg(not(feature = "tract"))]
    let version = "";
    report(
        Device::Tract,
        "tract",
        tract().map(|_| (Some(version.into()), None)),
    )
}

fn report(
    device: Device,
    engine: &str,
    found: Result<(Option<String>, Option<PathBuf>)>,
) -> DeviceReport {
    let (found, reason) = match found {
        Ok(found) => (Some(found), None),
        Err(Error::Engine { reason, .. }) => (None, Some(reason)),
        Err(error) => (None, Some(error.to_string())),
    };
    let available = found.is_some();
    let (version, path) = found.unwrap_or_default();
    DeviceReport {
        device,
        engine: engine.into(),
        available,
        auto: false,
        version,
        path,
        reason,
    }
}
