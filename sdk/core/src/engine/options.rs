//! Which engine to run, on which device, and how.

use std::path::PathBuf;

use super::{Device, Settings};

/// Which engine to run, on which device, and how. The default takes the fastest that is available.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineOptions {
    /// The engine's name as [`engines`](super::engines) lists it, or `auto`.
    pub engine: String,
    /// The hardware to run on.
    pub device: Device,
    /// Whether an engine that is not available is an error; else the next best one runs, with a warning in the log.
    pub require: bool,
    /// ONNX Runtime's library file or its folder, instead of searching for it.
    pub ort_library: Option<PathBuf>,
    /// Settings of the engine, which has to be named for them.
    pub settings: Settings,
}

/// The name that leaves the choice of the engine to multicond.
pub(super) const AUTO: &str = "auto";

impl Default for EngineOptions {
    fn default() -> Self {
        Self::named(AUTO)
    }
}

impl EngineOptions {
    /// This engine and no other.
    pub fn named(engine: impl Into<String>) -> Self {
        Self {
            engine: engine.into(),
            device: Device::Auto,
            require: true,
            ort_library: None,
            settings: Settings::default(),
        }
    }

    /// The same on this device.
    #[must_use]
    pub fn with_device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// The same, but where the engine is not available the next best one runs.
    #[must_use]
    pub fn with_fallback(self) -> Self {
        Self {
            require: false,
            ..self
        }
    }

    /// The same with this library of ONNX Runtime, or the one in this folder.
    #[must_use]
    pub fn with_ort_library(self, path: impl Into<Option<PathBuf>>) -> Self {
        Self {
            ort_library: path.into(),
            ..self
        }
    }

    /// The same with settings of the engine.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }
}
