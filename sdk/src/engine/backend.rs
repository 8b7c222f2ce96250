//! Which engine runs, and why not another.

use std::sync::Arc;

use super::{Device, DeviceOptions, Engine};
use crate::error::{Error, Result};

/// An engine on its device, ready to load models. Clones share it.
#[derive(Clone)]
pub struct Backend {
    device: Device,
    engine: Arc<dyn Engine>,
    refused: Arc<[Refusal]>,
}

/// A device that was tried before the one that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The device.
    pub device: Device,
    /// Why it does not run.
    pub reason: String,
}

impl Backend {
    /// Finds the engine for these options, with a word to the log about the choice.
    ///
    /// # Errors
    /// When the device asked for is not there and required, or none is there at all.
    pub fn new(options: &DeviceOptions) -> Result<Self> {
        let mut refused = Vec::new();
        let mut first = None;
        for device in candidates(options) {
            match open(device, options) {
                Ok(engine) => {
                    tracing::info!("running on {}", engine.name());
                    return Ok(Self {
                        device,
                        engine,
                        refused: refused.into(),
                    });
                }
                // A library that was asked for by name is no longer a matter of taste.
                Err(error) if device == Device::Cpu && is_named(options) => return Err(error),
                Err(error) => {
                    if device == options.device {
                        tracing::warn!("not running on {device}, which was asked for: {error}");
                    } else {
                        tracing::info!("not running on {device}: {error}");
                    }
                    let reason = match &error {
                        Error::Engine { reason, .. } => reason.clone(),
                        error => error.to_string(),
                    };
                    refused.push(Refusal { device, reason });
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| Error::engine("multicond", "no device to try")))
    }

    /// The device that runs, never [`Device::Auto`].
    pub fn device(&self) -> Device {
        self.device
    }

    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        self.engine.name()
    }

    /// The devices that were tried before this one, and why they do not run.
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    pub(crate) fn get(&self) -> &dyn Engine {
        self.engine.as_ref()
    }
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backend")
            .field("device", &self.device)
            .field("engine", &self.engine())
            .field("refused", &self.refused)
            .finish()
    }
}

/// What to try, in this order.
fn candidates(options: &DeviceOptions) -> Vec<Device> {
    match options.device {
        Device::Auto => Device::AUTO.into(),
        device if options.require => vec![device],
        device => {
            let others = Device::AUTO.into_iter().filter(|other| *other != device);
            std::iter::once(device).chain(others).collect()
        }
    }
}

pub(super) fn open(device: Device, options: &DeviceOptions) -> Result<Arc<dyn Engine>> {
    match device {
        Device::Auto => Backend::new(options).map(|backend| backend.engine),
        Device::Tract => tract(),
        device => ort(device, options),
    }
}

#[cfg(feature = "ort")]
fn ort(device: Device, options: &DeviceOptions) -> Result<Arc<dyn Engine>> {
    use super::ort::{Gpu, OrtEngine, Provider};
    let gpu = Gpu {
        id: options.gpu,
        fp16: options.fp16,
        tf32: options.tf32,
        cuda_graph: options.cuda_graph,
        memory_limit: options.gpu_memory_limit,
        engine_cache: None,
    };
    let provider = match device {
        Device::TensorRt => Provider::TensorRt(gpu),
        Device::Cuda => Provider::Cuda(gpu),
        _ => Provider::Cpu,
    };
    let caches = options
        .engine_cache
        .clone()
        .or_else(|| Some(crate::cache_folder()?.join("engines")));
    let engine = OrtEngine::new(options.ort_library.as_deref(), provider, caches)?;
    Ok(Arc::new(engine))
}

#[cfg(feature = "ort")]
fn is_named(options: &DeviceOptions) -> bool {
    super::ort::is_named(options.ort_library.as_deref())
}

#[cfg(not(feature = "ort"))]
fn is_named(options: &DeviceOptions) -> bool {
    options.ort_library.is_some()
}

#[cfg(not(feature = "ort"))]
fn ort(_: Device, _: &DeviceOptions) -> Result<Arc<dyn Engine>> {
    Err(Error::engine("ONNX Runtime", NOT_BUILT_IN))
}

#[cfg(feature = "tract")]
fn tract() -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(super::tract::TractEngine))
}

#[cfg(not(feature = "tract"))]
fn tract() -> Result<Arc<dyn Engine>> {
    Err(Error::engine("tract", NOT_BUILT_IN))
}

#[cfg(not(all(feature = "ort", feature = "tract")))]
const NOT_BUILT_IN: &str = "this multicond was built without it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried() {
        let named = DeviceOptions::from(Device::TensorRt);
        assert_eq!(candidates(&named), [Device::TensorRt]);
        let lenient = DeviceOptions {
            require: false,
            ..named
        };
        assert_eq!(
            candidates(&lenient),
            [Device::TensorRt, Device::Cuda, Device::Cpu, Device::Tract]
        );
        assert_eq!(candidates(&DeviceOptions::default()), Device::AUTO);
    }

    #[cfg(feature = "tract")]
    #[test]
    fn a_device_that_is_not_there_is_named_with_the_reason() {
        // No machine has this many.
        let absent = DeviceOptions {
            gpu: 4_000,
            ..Device::Cuda.into()
        };
        assert!(Backend::new(&absent).is_err());
        let backend = Backend::new(&DeviceOptions {
            require: false,
            ..absent
        })
        .expect("tract is built in");
        assert_ne!(backend.device(), Device::Cuda);
        assert_eq!(backend.refused()[0].device, Device::Cuda);
        assert!(!backend.refused()[0].reason.is_empty());
    }
}
