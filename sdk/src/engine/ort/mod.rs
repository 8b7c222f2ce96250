//! ONNX Runtime, loaded at run time from a library found on the machine.

mod foreign;
mod library;
mod provider;
mod search;
mod session;

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use ::ort::{environment::Environment, logging::LogLevel};

pub(super) use self::{
    library::{Library, find},
    provider::{Gpu, Provider},
};
use super::{Engine, Habits, Session, Threads, network::Foreign};
use crate::{
    cuda,
    error::{Error, Result},
};

/// Whether the user names a library, by option or by environment.
pub(super) fn is_named(option: Option<&Path>) -> bool {
    search::named(option).is_some()
}

const NAME: &str = "ONNX Runtime";

/// ONNX Runtime allows one environment a process, which is kept until the process ends.
static RUNTIME: Mutex<Option<(Library, Environment)>> = Mutex::new(None);

pub(super) struct OrtEngine {
    environment: Environment,
    provider: Provider,
    /// Where TensorRT's engines are kept, one folder for each model.
    engine_caches: Option<PathBuf>,
    version: String,
}

impl OrtEngine {
    /// Finds and loads ONNX Runtime, once a process, to run on a provider that it must have.
    pub(super) fn new(
        library: Option<&Path>,
        provider: Provider,
        engine_caches: Option<PathBuf>,
    ) -> Result<Self> {
        let (library, environment) = runtime(library)?;
        let engine = Self {
            environment,
            provider,
            engine_caches,
            version: library.version.clone(),
        };
        engine.probe(&library)?;
        Ok(engine)
    }

    /// Whether the provider is in the library, and the GPU's own libraries and the GPU are there: the
    /// smallest session tells.
    fn probe(&self, library: &Library) -> Result<()> {
        let name = self.provider.name();
        if !library.providers.iter().any(|provider| provider == name) {
            let reason = format!(
                "{} {} is built without {name}; it has {}",
                library.path.display(),
                library.version,
                library.providers.join(", ")
            );
            return Err(Error::engine(self.provider.title(), reason));
        }
        if matches!(self.provider, Provider::Cpu) {
            return Ok(());
        }
        let model = super::tiny::model();
        session::OrtSession::new(&self.environment, &self.provider, &model, Threads::ONE)
            .map(drop)
            .map_err(|error| error.of_engine(self.provider.title()))
    }

    /// The provider for one model: TensorRT keeps what it builds by model, GPU and version.
    fn provider_for(&self, model: &[u8]) -> Result<Provider> {
        let (Provider::TensorRt(gpu), Some(caches)) = (&self.provider, &self.engine_caches) else {
            return Ok(self.provider.clone());
        };
        let device = cuda::device_name(gpu.id).unwrap_or_else(|_| format!("gpu{}", gpu.id));
        let folder = caches.join(cache_key(model, &device, &self.version, gpu.fp16));
        std::fs::create_dir_all(&folder).map_err(|error| Error::io(&folder, error))?;
        let is_new = folder
            .read_dir()
            .is_ok_and(|mut files| files.next().is_none());
        if is_new {
            tracing::warn!(
                "TensorRT builds an engine for {device}, which can take minutes; it is kept in {}",
                folder.display()
            );
        }
        Ok(Provider::TensorRt(Gpu {
            engine_cache: Some(folder),
            ..gpu.clone()
        }))
    }
}

/// The folder's name for what TensorRT builds of a model.
fn cache_key(model: &[u8], device: &str, version: &str, fp16: bool) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(model);
    let hash: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let device: String = device.chars().map(plain).collect();
    let precision = if fp16 { "fp16" } else { "fp32" };
    format!("{hash}-{device}-ort{version}-{precision}")
}

/// The library and environment of this process.
fn runtime(library: Option<&Path>) -> Result<(Library, Environment)> {
    // A panic while it was held has left the slot as it was.
    let mut runtime = RUNTIME
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((loaded, environment)) = &*runtime {
        if library.is_some() {
            let wanted = find(library)?;
            if wanted.path != loaded.path {
                return Err(Error::engine(
                    NAME,
                    format_args!(
                        "{} was asked for, but this process already runs {}",
                        wanted.path.display(),
                        loaded.path.display()
                    ),
                ));
            }
        }
        return Ok((loaded.clone(), environment.clone()));
    }
    let library = find(library)?;
    let environment = start(&library)?;
    tracing::info!(
        "loaded {NAME} {} from {}",
        library.version,
        library.path.display()
    );
    *runtime = Some((library.clone(), environment.clone()));
    Ok((library, environment))
}

fn start(library: &Library) -> Result<Environment> {
    let failed = |error: &dyn std::fmt::Display| Error::engine(NAME, error);
    let builder = ::ort::init_from(&library.path).map_err(|error| failed(&error))?;
    // Without a logger ONNX Runtime writes to stderr.
    let environment = builder
        .with_name("multicond")
        .with_telemetry(false)
        .with_logger(std::sync::Arc::new(log))
        .build()
        .map_err(|error| failed(&error))?;
    environment.set_log_level(LogLevel::Warning);
    Ok(environment)
}

fn log(level: LogLevel, _category: &str, _id: &str, place: &str, message: &str) {
    match level {
        LogLevel::Verbose | LogLevel::Info => tracing::debug!(target: "onnxruntime", "{message}"),
        LogLevel::Warning => tracing::debug!(target: "onnxruntime", place, "{message}"),
        // Errors also come back from the call that failed.
        LogLevel::Error | LogLevel::Fatal => {
            tracing::debug!(target: "onnxruntime", place, "{message}")
        }
    }
}

impl Engine for OrtEngine {
    fn name(&self) -> &'static str {
        self.provider.title()
    }

    fn habits(&self) -> Habits {
        match self.provider {
            // Best or within noise of it on every model and machine measured; see `multicond bench`.
            Provider::Cpu => Habits {
                tile_pixels: 128,
                lanes: 1,
                most_workers: usize::MAX,
                fixed_size: false,
            },
            // A GPU wants much to do at a time. Not measured yet.
            Provider::Cuda(_) | Provider::TensorRt(_) => Habits {
                tile_pixels: 16_384,
                lanes: 1,
                most_workers: 1,
                fixed_size: true,
            },
        }
    }

    fn load(&self, model: &[u8], threads: Threads, copies: usize) -> Result<Vec<Box<dyn Session>>> {
        let provider = self.provider_for(model)?;
        let load = |_| {
            let session = session::OrtSession::new(&self.environment, &provider, model, threads)
                .map_err(|error| error.of_engine(self.provider.title()))?;
            Ok(Box::new(session) as Box<dyn Session>)
        };
        (0..copies).map(load).collect()
    }

    fn load_foreign(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: Threads,
    ) -> Result<Box<dyn Foreign>> {
        let provider = self.provider_for(model)?;
        let network =
            foreign::OrtForeign::new(&self.environment, &provider, model, output, threads)
                .map_err(|error| error.of_engine(self.provider.title()))?;
        Ok(Box::new(network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_kept_by_model_device_version_and_precision() {
        let key = cache_key(b"model", "NVIDIA H100 80GB", "1.31.1", true);
        assert_eq!(key, "9372c470eeadd5ec-NVIDIA-H100-80GB-ort1.31.1-fp16");
        for other in [
            cache_key(b"other", "NVIDIA H100 80GB", "1.31.1", true),
            cache_key(b"model", "NVIDIA L4", "1.31.1", true),
            cache_key(b"model", "NVIDIA H100 80GB", "1.30.0", true),
            cache_key(b"model", "NVIDIA H100 80GB", "1.31.1", false),
        ] {
            assert_ne!(key, other);
        }
    }

    /// Another crate in the build may ask `ort` for a newer interface, which would shut out older
    /// libraries.
    #[test]
    fn interface_is_the_one_we_ask_for() {
        assert_eq!(::ort::MINOR_VERSION, 24);
    }
}
