//! External networks, for example for depth or segmentation: one picture in, one tensor out.

use std::path::Path;

use multicond_format::{limits::MAX_MODEL_BYTES, model::Network, storage::read_file};
use ndarray::{ArrayD, ArrayView4};

use super::{Engine, EngineOptions};
use crate::{
    error::{Error, ErrorKind, Result},
    threads::{SessionThreads, Threads},
};

/// An external network: an ONNX file with one float input, loaded into an engine. As others made it, it is checked
/// before an engine sees it: no data in other files, no functions, loops or operators of other domains, and tensors
/// whose size follows from the size of the picture.
pub struct ExternalNetwork {
    loaded: Box<dyn External>,
    checked: Network,
    /// The shape of the last input.
    shape: Vec<usize>,
}

/// A loaded graph of any shape.
pub(crate) trait External: Send {
    /// Runs the graph and converts the output to floats.
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>>;
}

impl ExternalNetwork {
    /// Loads a file. `output` is the name of the output to return, `None` for the first; `threads` is the number of
    /// threads per run.
    ///
    /// # Errors
    /// When the file cannot be read, and as for [`from_bytes`](Self::from_bytes).
    pub fn load(
        path: impl AsRef<Path>,
        output: Option<&str>,
        engine: &EngineOptions,
        threads: Threads,
    ) -> Result<Self> {
        let path = path.as_ref();
        let model = read_file(path, MAX_MODEL_BYTES)?;
        let network = Self::from_bytes(&model, output, engine, threads);
        network.map_err(|error| Error::file(path, error))
    }

    /// Loads a file's content from memory, see [`load`](Self::load).
    ///
    /// # Errors
    /// When the network could do anything but compute its output ([`ErrorKind::Model`]), the engine is not available or
    /// rejects the network, or the network does not have exactly one input, or does not have the output.
    pub fn from_bytes(
        model: &[u8],
        output: Option<&str>,
        engine: &EngineOptions,
        threads: Threads,
    ) -> Result<Self> {
        let checked = Network::check(model).map_err(refused)?;
        let engine = Engine::new(engine)?;
        let threads = SessionThreads {
            count: threads.count()?,
            spin: false,
        };
        Ok(Self {
            loaded: engine.backend().load_external(model, output, threads)?,
            checked,
            shape: Vec::new(),
        })
    }

    /// Runs the network on `[batch, channels, height, width]`. An output of integers is converted to floats.
    ///
    /// # Errors
    /// When the network or the engine cannot work on this shape, or the output is not a tensor of numbers.
    pub fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>> {
        if self.shape != input.shape() {
            self.checked.check_shape(input.shape()).map_err(refused)?;
            self.shape = input.shape().to_vec();
        }
        self.loaded.run(input)
    }
}

fn refused(reason: String) -> Error {
    Error::new(ErrorKind::Model, "", reason)
}

impl std::fmt::Debug for ExternalNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalNetwork").finish_non_exhaustive()
    }
}

/// Rejects a network that does not have exactly one input.
#[cfg(any(feature = "ort", feature = "tract"))]
pub(super) fn check_inputs(title: &str, count: usize) -> Result<()> {
    if count == 1 {
        return Ok(());
    }
    let reason = format_args!("the network has {count} inputs, expected one picture");
    Err(Error::engine(title, reason))
}

/// The index of the output with the wanted name, or of the first.
#[cfg(any(feature = "ort", feature = "tract"))]
pub(super) fn choose_output(title: &str, names: &[&str], wanted: Option<&str>) -> Result<usize> {
    let found = match wanted {
        None => (!names.is_empty()).then_some(0),
        Some(wanted) => names.iter().position(|name| *name == wanted),
    };
    found.ok_or_else(|| {
        let (wanted, names) = (wanted.unwrap_or_default(), names.join(", "));
        let reason = format_args!("the network has no output `{wanted}`, expected one of {names}");
        Error::engine(title, reason)
    })
}
