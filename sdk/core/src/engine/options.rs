//! Which engine to run, on which device, and how.

use std::path::PathBuf;

use super::{Device, Settings};

/// Which engine to run, on which device, and how. The default is `auto` on any device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineOptions {
    /// The engine's name as [`engines`](super::engines) lists it, or `auto` for the first that is available, see
    /// [the module](crate::engine).
    pub engine: String,
    /// The device to run on. `auto` tries only engines that run on it.
    pub device: Device,
    /// Whether it is an error if the named engine is not available (the default). Otherwise the first available engine
    /// runs instead, and a warning is logged. Has no effect with `auto`.
    pub require: bool,
    /// ONNX Runtime's library file or its folder; `None` searches for it, see [the module](crate::engine). If a library
    /// is named here or by `MULTICOND_ORT`, is needed and cannot be loaded, that is an error: no other engine runs
    /// instead.
    pub ort_library: Option<PathBuf>,
    /// Settings of the named engine. Must be empty with `auto`.
    pub settings: Settings,
}

/// The name that selects the first available engine.
pub(super) const AUTO: &str = "auto";

impl Default for EngineOptions {
    fn default() -> Self {
        Self::named(AUTO)
    }
}

impl EngineOptions {
    /// This engine, or `auto`, on any device. It is an error if it is not available.
    pub fn named(engine: impl Into<String>) -> Self {
        Self {
            engine: engine.into(),
            device: Device::Auto,
            require: true,
            ort_library: None,
            settings: Settings::default(),
        }
    }

    /// Sets the device.
    #[must_use]
    pub fn with_device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// Allows the first available engine to run instead if the named one is not available.
    #[must_use]
    pub fn with_fallback(self) -> Self {
        Self {
            require: false,
            ..self
        }
    }

    /// Sets ONNX Runtime's library file or its folder.
    #[must_use]
    pub fn with_ort_library(self, path: impl Into<Option<PathBuf>>) -> Self {
        Self {
            ort_library: path.into(),
            ..self
        }
    }

    /// Sets the settings of the engine.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }
}
