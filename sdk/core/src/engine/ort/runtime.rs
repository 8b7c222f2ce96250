//! The library and environment of this process: ONNX Runtime allows one environment, kept until the process ends.

use std::{path::Path, sync::Mutex};

use ::ort::{environment::Environment, logging::LogLevel};

use super::library::{Library, find};
use crate::error::{Error, Result};

pub(super) const NAME: &str = "ONNX Runtime";

/// What the library takes with its environment.
const LIBRARY_BYTES: u64 = 128 << 20;

static RUNTIME: Mutex<Option<(Library, Environment)>> = Mutex::new(None);

/// Finds and loads the library, once per process.
pub(super) fn runtime(library: Option<&Path>) -> Result<(Library, Environment)> {
    // A poisoned lock is harmless: it is written only once everything has succeeded.
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
                        "{} is requested, but this process has already loaded {}",
                        wanted.path.display(),
                        loaded.path.display()
                    ),
                ));
            }
        }
        return Ok((loaded.clone(), environment.clone()));
    }
    // It ends the process if there is not even room for itself.
    crate::memory::reserve(LIBRARY_BYTES)?;
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

/// The call that fails returns the error, too, so all of this is for debugging.
fn log(level: LogLevel, _category: &str, _id: &str, place: &str, message: &str) {
    match level {
        LogLevel::Verbose | LogLevel::Info => tracing::debug!(target: "onnxruntime", "{message}"),
        LogLevel::Warning | LogLevel::Error | LogLevel::Fatal => {
            tracing::debug!(target: "onnxruntime", place, "{message}");
        }
    }
}

#[cfg(test)]
mod tests {
    /// Another crate in the build may select a newer interface of `ort`, which would exclude older libraries.
    #[test]
    fn interface_is_the_one_we_ask_for() {
        assert_eq!(::ort::MINOR_VERSION, 24);
    }
}
