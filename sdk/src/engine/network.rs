//! Networks of other people, such as depth or segmentation networks: one picture in, one tensor out.

use std::path::Path;

use ndarray::{ArrayD, ArrayView4};

use super::{Backend, DeviceOptions, Threads};
use crate::error::{Error, Result};

/// An ONNX file with one float input, loaded into whatever engine is there.
pub struct Network(Box<dyn Foreign>);

/// A loaded graph of any shape.
pub(crate) trait Foreign: Send {
    /// Runs the graph. Whole numbers come as floats.
    fn run(&mut self, input: ArrayView4<'_, f32>) -> Result<ArrayD<f32>>;
}

impl Network {
    /// Loads a file. `output` is the name of the output to take, the first if absent; `threads` how many work on
    /// one run.
    ///
    /// # Errors
    /// When the file cannot be read, and as [`from_bytes`](Self::from_bytes).
    pub fn load(
        path: impl AsRef<Path>,
        output: Option<&str>,
        device: &DeviceOptions,
        threads: usize,
    ) -> Result<Self> {
        let path = path.as_ref();
        let model = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let network = Self::from_bytes(&model, output, device, threads);
        network.map_err(|error| Error::file(path, error))
    }

    /// Loads the content of a file.
    ///
    /// # Errors
    /// When the engine refuses it, it has another number of inputs than one, or it lacks the output.
    pub fn from_bytes(
        model: &[u8],
        output: Option<&str>,
        device: &DeviceOptions,
        threads: usize,
    ) -> Result<Self> {
        let backend = Backend::new(device)?;
        let threads = Threads {
            count: threads.max(1),
            spin: false,
        };
        let network = backend.get().load_foreign(model, output, threads);
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

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}
