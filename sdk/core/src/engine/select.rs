//! Selects the engine that runs.

use std::{fmt, path::PathBuf, sync::Arc};

use super::{
    Backend, Device, ENGINES, EngineOptions, Settings,
    backend::{Descriptor, Request},
    options::AUTO,
};
use crate::error::{Error, Result};

/// An open engine on a device, ready to load models. Clones share it.
#[derive(Clone)]
pub struct Engine {
    descriptor: &'static Descriptor,
    device: Device,
    backend: Arc<dyn Backend>,
    rejections: Arc<[Rejection]>,
}

/// A preferred engine that is not available, and the reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Rejection {
    /// The engine's name.
    pub engine: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Why it does not run.
    pub reason: String,
    /// Whether this machine cannot run it at all, because it has no GPU with a working driver.
    pub is_hopeless: bool,
}

impl Engine {
    /// Selects and opens the engine for these options. Logs which one runs and, as a warning, why a preferred one does
    /// not, unless this machine cannot run that at all.
    ///
    /// # Errors
    /// When there is no engine of that name or it does not run on that device, when it is required and not available,
    /// when a named library of ONNX Runtime cannot be loaded, when `auto` has settings, or when no engine is available.
    pub fn new(options: &EngineOptions) -> Result<Self> {
        let mut rejections = Vec::new();
        let mut first = None;
        for descriptor in candidates(options)? {
            match open(descriptor, options) {
                Ok(backend) => {
                    let engine = Self {
                        descriptor,
                        device: resolve(descriptor, options.device),
                        backend,
                        rejections: rejections.into(),
                    };
                    engine.log_choice(&options.engine);
                    return Ok(engine);
                }
                // Do not fall back if the user named the library.
                Err(error) if is_named_library(descriptor, options) => return Err(error),
                Err(error) => {
                    rejections.push(Rejection {
                        engine: descriptor.name,
                        title: descriptor.title,
                        reason: error.reason().into(),
                        is_hopeless: (descriptor.hopeless)().is_some(),
                    });
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| Error::engine("multicond", "no engine to try")))
    }

    /// The name in [`EngineOptions::engine`].
    pub fn name(&self) -> &'static str {
        self.descriptor.name
    }

    /// The display name, for example `ONNX Runtime with CUDA`.
    pub fn title(&self) -> &'static str {
        self.descriptor.title
    }

    /// Its version.
    pub fn version(&self) -> &str {
        self.backend.version()
    }

    /// The library that it was loaded from; `None` if it is built in.
    pub fn library(&self) -> Option<PathBuf> {
        self.backend.library()
    }

    /// The device that it runs on, never [`Device::Auto`].
    pub fn device(&self) -> Device {
        self.device
    }

    /// The preferred engines that are not available, and the reasons.
    pub fn rejections(&self) -> &[Rejection] {
        &self.rejections
    }

    fn log_choice(&self, asked_for: &str) {
        for rejection in self.rejections() {
            let (title, reason) = (rejection.title, &rejection.reason);
            if rejection.engine == asked_for || !rejection.is_hopeless {
                tracing::warn!("not running on {title}: {reason}");
            } else {
                tracing::info!("not running on {title}: {reason}");
            }
        }
        tracing::info!("running on {self}");
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }
}

impl fmt::Display for Engine {
    /// For example `ONNX Runtime 1.31.1 on cpu`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on {}", self.title(), self.version(), self.device)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("name", &self.name())
            .field("version", &self.version())
            .field("device", &self.device)
            .field("rejections", &self.rejections)
            .finish()
    }
}

/// The engines to try, in this order.
fn candidates(options: &EngineOptions) -> Result<Vec<&'static Descriptor>> {
    let fits = |engine: &&&'static Descriptor| engine.device.is_like(options.device);
    let automatic = ENGINES.iter().filter(|engine| engine.is_automatic);
    let automatic: Vec<_> = automatic.filter(fits).copied().collect();
    if options.engine == AUTO {
        if !options.settings.is_empty() {
            let reason = "engine `auto` has none; name the engine that they are for";
            return Err(Error::option("engine settings", reason));
        }
        if automatic.is_empty() {
            let reason = format_args!("no engine runs on {}", options.device);
            return Err(Error::option("device", reason));
        }
        return Ok(automatic);
    }
    let named = find(&options.engine)?;
    if !named.device.is_like(options.device) {
        let reason = format_args!(
            "{}, but engine `{}` runs on {}",
            options.device, named.name, named.device
        );
        return Err(Error::option("device", reason));
    }
    let mut candidates = vec![named];
    if !options.require {
        let others = automatic.into_iter();
        candidates.extend(others.filter(|other| other.name != named.name));
    }
    Ok(candidates)
}

fn find(name: &str) -> Result<&'static Descriptor> {
    let found = ENGINES.iter().find(|engine| engine.name == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
        let reason = format_args!("`{name}`, expected {AUTO}, {}", names.join(", "));
        Error::option("engine", reason)
    })
}

/// Opens an engine with the options that apply to it.
pub(super) fn open(
    descriptor: &'static Descriptor,
    options: &EngineOptions,
) -> Result<Arc<dyn Backend>> {
    let none = Settings::default();
    let is_named = descriptor.name == options.engine;
    if let Some(reason) = (descriptor.hopeless)() {
        return Err(Error::engine(descriptor.title, reason));
    }
    (descriptor.open)(&Request {
        device: resolve(descriptor, options.device),
        settings: if is_named { &options.settings } else { &none },
        ort_library: options.ort_library.as_deref(),
    })
}

fn resolve(descriptor: &Descriptor, wanted: Device) -> Device {
    match wanted {
        Device::Auto => descriptor.device,
        device => device,
    }
}

/// Whether the user named this engine's library.
fn is_named_library(descriptor: &Descriptor, options: &EngineOptions) -> bool {
    descriptor.name == super::ort::cpu::NAME
        && super::ort::is_library_named(options.ort_library.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &EngineOptions) -> Vec<&'static str> {
        let candidates = candidates(options).unwrap();
        candidates.iter().map(|engine| engine.name).collect()
    }

    #[track_caller]
    fn refused(options: EngineOptions) -> String {
        Engine::new(&options).unwrap_err().to_string()
    }

    #[test]
    fn what_is_tried() {
        let named = EngineOptions::named("tensorrt");
        assert_eq!(names(&named), ["tensorrt"]);
        let lenient = named.with_fallback();
        assert_eq!(
            names(&lenient),
            ["tensorrt", "cuda", "onnxruntime", "tract"]
        );
        let auto = EngineOptions::default();
        assert_eq!(names(&auto), ["cuda", "onnxruntime", "tract"]);
        let cpu = auto.clone().with_device(Device::Cpu);
        assert_eq!(names(&cpu), ["onnxruntime", "tract"]);
        assert_eq!(names(&auto.with_device(Device::Gpu(1))), ["cuda"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(
            refused(EngineOptions::named("onnx")),
            "option `engine`: `onnx`, expected auto, tensorrt, cuda, onnxruntime, tract"
        );
        assert_eq!(
            refused(EngineOptions::named("tract").with_device(Device::Gpu(0))),
            "option `device`: gpu:0, but engine `tract` runs on cpu"
        );
        let settings: Settings = "tf32=1".parse().unwrap();
        let auto = EngineOptions::default().with_settings(settings.clone());
        assert!(refused(auto).contains("name the engine"));
    }

    #[cfg(feature = "tract")]
    #[test]
    fn an_engine_that_is_not_available_is_named_with_the_reason() {
        // No machine has this many.
        let absent = EngineOptions::named("cuda").with_device(Device::Gpu(4_000));
        assert!(Engine::new(&absent).is_err());
        let anywhere = EngineOptions::named("cuda").with_fallback();
        let engine = Engine::new(&anywhere).expect("tract is built in");
        if engine.name() != "cuda" {
            assert_eq!(engine.rejections()[0].engine, "cuda");
            assert!(!engine.rejections()[0].reason.is_empty());
        }
    }
}
