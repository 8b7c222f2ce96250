//! What runs a model's graph. Engines are interchangeable: nothing outside this module knows which one
//! runs, except to say so.

mod backend;
mod device;
mod network;
#[cfg(feature = "ort")]
mod ort;
mod tensor;
#[cfg(feature = "ort")]
mod tiny;
#[cfg(feature = "tract")]
mod tract;

pub use backend::{Backend, Refusal};
pub use device::{Device, DeviceOptions, DeviceReport, devices};
pub use network::Network;

pub(crate) use tensor::{Data, DataMut, Tensor};

use std::sync::Arc;

use crate::error::Result;

/// Something that runs ONNX graphs.
pub(crate) trait Engine: Send + Sync {
    /// The engine's name.
    fn name(&self) -> &'static str;

    /// How large the merge's tiles should be, and whether graphs must be loaded for one picture size only.
    fn habits(&self) -> Habits;

    /// Loads the ONNX file `model` into `copies` sessions with `threads` threads each. Sessions keep
    /// what they need of the file; each can run while the others do.
    fn load(&self, model: &[u8], threads: Threads, copies: usize) -> Result<Vec<Box<dyn Session>>>;

    /// Loads an ONNX file that is none of ours, see [`Network`].
    fn load_foreign(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: Threads,
    ) -> Result<Box<dyn network::Foreign>>;
}

/// What suits an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Pixels a tile of the merge.
    pub(crate) tile_pixels: usize,
    /// Results of the merge depend, in their last bits, on a pixel's place in the tile modulo this.
    pub(crate) lanes: usize,
    /// Sessions that run tiles at once, where threads would allow for more.
    pub(crate) most_workers: usize,
    /// Whether it prepares a graph for each size anew, which takes seconds to minutes.
    pub(crate) fixed_size: bool,
}

/// Threads of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threads {
    pub(crate) count: usize,
    /// Whether idle threads keep their core.
    pub(crate) spin: bool,
}

impl Threads {
    pub(crate) const ONE: Self = Self {
        count: 1,
        spin: false,
    };
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
