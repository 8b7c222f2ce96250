//! Networks that are not multicond's, such as depth or segmentation networks: one picture in, one tensor out.

use std::path::Path;

use ndarray::{ArrayD, ArrayView4};

use super::{Engine, EngineOptions};
use crate::{
    error::{Error, Result},
    threads::{SessionThreads, Threads},
};

/// An ONNX file with one float input, loaded into whatever engine is available.
pub struct ExternalNetwork(Box<dyn External>);

/// A loaded graph of any shape.
pub(crate) trait External: Send {
    /// Runs the graph. Whole numbers come as floats.
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>>;
}

impl ExternalNetwork {
    /// Loads a file. `output` is the name of the output to take, the first if absent; `threads` how many work on
    /// one run.
    ///
    /// # Errors
    /// When the file cannot be read, and as [`from_bytes`](Self::from_bytes).
    pub fn load(
        path: impl AsRef<Path>,
        output: Option<&str>,
        engine: &EngineOptions,
        threads: Threads,
    ) -> Result<Self> {
        let path = path.as_ref();
        let model = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let network = Self::from_bytes(&model, output, engine, threads);
        network.map_err(|error| Error::file(path, error))
    }

    /// Loads the content of a file.
    ///
    /// # Errors
    /// When the engine refuses it, it has another number of inputs than one, or it lacks the output.
    pub fn from_bytes(
        model: &[u8],
        output: Option<&str>,
        engine: &EngineOptions,
        threads: Threads,
    ) -> Result<Self> {
        let engine = Engine::new(engine)?;
        let threads = SessionThreads {
            count: threads.count()?,
            spin: false,
        };
        let network = engine.backend().load_external(model, output, threads);
        network.map(Self)
    }

    /// Runs the network on `[batch, channels, height, width]`.
    ///
    /// # Errors
    /// When the engine cannot run it with this shape, or the output is no tensor of numbers.
    pub fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        self.0.run(input)
    }
}

impl std::fmt::Debug for ExternalNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalNetwork").finish_non_exhaustive()
    }
}

/// Refuses a network that does not take one picture.
#[cfg(any(feature = "ort", feature = "tract"))]
pub(super) fn check_inputs(title: &str, count: usize) -> Result<()> {
    if count == 1 {
        return Ok(());
    }
    let reason = format_args!("the network has {count} inputs, expected one picture");
    Err(Error::engine(title, reason))
}

/// The number of the output to take: of that name, or the first.
#[cfg(any(feature = "ort", feature = "tract"))]
pub(super) fn choose_output(title: &str, names: &[&str], wanted: Option<&str>) -> Result<usize> {
    let found = match wanted {
        None => (!names.is_empty()).then_some(0),
        Some(wanted) => names.iter().position(|name| *name == wanted),
    };
    found.ok_or_else(|| {
        let (wanted, names) = (wanted.unwrap_or_default(), names.join(", "));
        let reason = format_args!("the network has no output `{wanted}`, but {names}");
        Error::engine(title, reason)
    })
}
