//! What an engine has to be able to do, so that the generator can use it without knowing it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Device, Setting, Settings, Tensor, external::External};
use crate::{error::Result, threads::SessionThreads};

/// An engine before it is opened: what is known about it, and how it is opened. One file each.
pub(super) trait Descriptor: Sync {
    /// The name that selects it.
    fn name(&self) -> &'static str;

    /// The name for people.
    fn title(&self) -> &'static str;

    /// The hardware that it runs on; the first GPU stands for any.
    fn device(&self) -> Device;

    /// Whether `auto` may take it.
    fn is_automatic(&self) -> bool;

    /// What has to be on a machine for it, in one line.
    fn requirements(&self) -> &'static str;

    /// The settings that it takes.
    fn settings(&self) -> &'static [Setting];

    /// Why it cannot run on this machine whatever is installed, where that is certain: no reason to warn anybody.
    fn is_hopeless(&self) -> Option<String> {
        None
    }

    /// Opens it, or says why that is not possible.
    fn open(&self, request: &Request<'_>) -> Result<Arc<dyn Backend>>;
}

/// What an engine is asked for when it is opened.
#[cfg_attr(
    not(feature = "ort"),
    allow(dead_code, reason = "only ONNX Runtime needs them")
)]
pub(super) struct Request<'a> {
    pub(super) device: Device,
    pub(super) settings: &'a Settings,
    pub(super) ort_library: Option<&'a Path>,
}

/// An open engine: something that runs ONNX graphs.
pub(crate) trait Backend: Send + Sync {
    /// The engine's version.
    fn version(&self) -> &str;

    /// The library that it was loaded from, if it is not built in.
    fn library(&self) -> Option<PathBuf>;

    /// What suits it.
    fn capabilities(&self) -> Capabilities;

    /// Loads the ONNX file `model` into `copies` sessions with `threads` threads each. Sessions keep
    /// what they need of the file; each can run while the others do.
    fn load(
        &self,
        model: &[u8],
        threads: SessionThreads,
        copies: usize,
    ) -> Result<Vec<Box<dyn Session>>>;

    /// Loads an ONNX file that is not one of multicond's, see [`ExternalNetwork`](super::ExternalNetwork).
    fn load_external(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: SessionThreads,
    ) -> Result<Box<dyn External>>;
}

/// What suits an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capabilities {
    /// Pixels per tile of the merge.
    pub(crate) tile_pixels: usize,
    /// Results of the merge depend, in their last bits, on a pixel's place in the tile modulo this.
    pub(crate) lanes: usize,
    /// Sessions that run tiles at once, where threads would allow for more.
    pub(crate) most_workers: usize,
    /// Whether it prepares a graph for each size anew, which takes seconds to minutes.
    pub(crate) fixed_size: bool,
}

/// A loaded graph with one output.
pub(crate) trait Session: Send {
    /// Runs the graph. `inputs` has every input once, in any order; `output` is filled, its shape is checked.
    /// With the same tensors as before, an engine that can does not allocate.
    fn run(&mut self, inputs: &[Tensor], output: &mut Tensor) -> Result<()>;

    /// What ends a run from another thread, for engines that can.
    fn stop(&self) -> Option<Arc<dyn Stop>>;
}

/// Ends a session's run early.
pub(crate) trait Stop: Send + Sync {
    /// The run under way, and every later one, fails.
    fn stop(&self);

    /// Runs may begin again.
    fn allow(&self);
}

/// Batch, channels, height, width.
pub(crate) type Shape = [usize; 4];
