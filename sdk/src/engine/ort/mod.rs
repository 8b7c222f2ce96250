//! ONNX Runtime, loaded at run time from a library found on the machine.

mod library;
mod search;
mod session;

use std::{path::Path, sync::Mutex};

use ::ort::{environment::Environment, logging::LogLevel};

pub(super) use self::library::{Library, find};
use super::{Engine, Session};
use crate::error::{Error, Result};

/// Whether the user names a library, by option or by environment.
pub(super) fn is_named(option: Option<&Path>) -> bool {
    search::named(option).is_some()
}

const NAME: &str = "ONNX Runtime";

/// ONNX Runtime allows one environment a process, which is kept until the process ends.
static RUNTIME: Mutex<Option<(Library, Environment)>> = Mutex::new(None);

pub(super) struct OrtEngine {
    environment: Environment,
}

impl OrtEngine {
    /// Finds and loads ONNX Runtime, once a process.
    pub(super) fn new(library: Option<&Path>) -> Result<Self> {
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
            return Ok(Self {
                environment: environment.clone(),
            });
        }
        let library = find(library)?;
        let environment = start(&library)?;
        tracing::info!(
            "loaded {NAME} {} from {}",
            library.version,
            library.path.display()
        );
        *runtime = Some((library, environment.clone()));
        Ok(Self { environment })
    }
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
        NAME
    }

    fn load(&self, model: &[u8], threads: usize, copies: usize) -> Result<Vec<Box<dyn Session>>> {
        let load = |_| {
            let session = session::OrtSession::new(&self.environment, model, threads)?;
            Ok(Box::new(session) as Box<dyn Session>)
        };
        (0..copies).map(load).collect()
    }
}

#[cfg(test)]
mod tests {
    /// Another crate in the build may ask `ort` for a newer interface, which would shut out older
    /// libraries.
    #[test]
    fn interface_is_the_one_we_ask_for() {
        assert_eq!(::ort::MINOR_VERSION, 24);
    }
}
