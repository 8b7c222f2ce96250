//! What an engine consists of: its description, and the traits through which the generator uses it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Device, Setting, Settings, Tensor, external::External};
use crate::{error::Result, threads::SessionThreads};

/// Describes an engine and opens it. Each engine has its own file.
pub(super) struct Descriptor {
    /// The name in options.
    pub(super) name: &'static str,
    /// The display name.
    pub(super) title: &'static str,
    /// The device that it runs on by default; for a GPU engine the first GPU.
    pub(super) device: Device,
    /// Whether `auto` may choose it.
    pub(super) is_automatic: bool,
    /// What it requires of a machine, in one line.
    pub(super) requirements: &'static str,
    /// The settings that it accepts.
    pub(super) settings: &'static [Setting],
    /// Why it cannot run on this machine at all, for example without a GPU driver; `auto` then skips it without a
    /// warning. `None` if it may run.
    pub(super) hopeless: fn() -> Option<String>,
    /// Opens the engine, or fails with the reason why it is not available.
    pub(super) open: fn(&Request<'_>) -> Result<Arc<dyn Backend>>,
}

/// How to open an engine.
#[cfg_attr(
    not(feature = "ort"),
    allow(dead_code, reason = "only ONNX Runtime needs them")
)]
pub(super) struct Request<'a> {
    pub(super) device: Device,
    pub(super) settings: &'a Settings,
    pub(super) ort_library: Option<&'a Path>,
}

/// An open engine, which runs ONNX graphs.
pub(crate) trait Backend: Send + Sync {
    /// The engine's version.
    fn version(&self) -> &str;

    /// The library that it was loaded from; `None` if it is built in.
    fn library(&self) -> Option<PathBuf>;

    /// How to use it best.
    fn capabilities(&self) -> Capabilities;

    /// Loads the ONNX file `model` into `copies` sessions with `threads` threads each. The sessions can run at the same
    /// time.
    fn load(
        &self,
        model: &[u8],
        threads: SessionThreads,
        copies: usize,
    ) -> Result<Vec<Box<dyn Session>>>;

    /// Loads any other ONNX file, see [`ExternalNetwork`](super::ExternalNetwork).
    fn load_external(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: SessionThreads,
    ) -> Result<Box<dyn External>>;
}

/// How to use an engine best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capabilities {
    /// Pixels per tile of the merge.
    pub(crate) tile_pixels: usize,
    /// The last bits of a merged pixel depend on its position in the tile modulo this number.
    pub(crate) lanes: usize,
    /// Largest number of sessions that run tiles in parallel.
    pub(crate) most_workers: usize,
    /// Whether it prepares the graph for each picture size, which can take minutes.
    pub(crate) fixed_size: bool,
}

impl Capabilities {
    /// Those of engines on the CPU, for estimates before an engine is open.
    pub(crate) const CPU: Self = Self {
        tile_pixels: 128,
        lanes: 16,
        most_workers: usize::MAX,
        fixed_size: false,
    };
}

/// A loaded graph with one output.
pub(crate) trait Session: Send {
    /// Runs the graph. `inputs` has every input once, in any order. The result is written to `output`, whose shape is
    /// checked. Engines that can do so allocate nothing if the tensors are the same as in the last run.
    fn run(&mut self, inputs: &[Tensor], output: &mut Tensor) -> Result<()>;

    /// A handle that stops a run from another thread; `None` if the engine cannot.
    fn stop(&self) -> Option<Arc<dyn Stop>>;
}

/// Stops a session's run.
pub(crate) trait Stop: Send + Sync {
    /// Makes the current run, and every later one, fail.
    fn stop(&self);

    /// Allows runs again.
    fn allow(&self);
}

/// Batch, channels, height, width.
pub(crate) type Shape = [usize; 4];
