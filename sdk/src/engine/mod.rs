//! What runs a model's graph. Engines are interchangeable: nothing outside this module knows which one
//! runs, except to say so.

mod choose;
#[cfg(feature = "ort")]
mod ort;
#[cfg(feature = "tract")]
mod tract;

pub use choose::{Device, DeviceReport, devices};

pub(crate) use choose::choose;

use crate::error::Result;

/// Something that runs ONNX graphs.
pub(crate) trait Engine: Send + Sync {
    /// The engine's name.
    fn name(&self) -> &'static str;

    /// Loads the ONNX file `model` into `copies` sessions with `threads` threads each. Sessions keep
    /// what they need of the file; each can run while the others do.
    fn load(&self, model: &[u8], threads: usize, copies: usize) -> Result<Vec<Box<dyn Session>>>;
}

/// A loaded graph with one output.
pub(crate) trait Session: Send {
    /// Runs the graph. `inputs` has every input once, in any order; `output` is filled, its shape is
    /// `shape`, which the engine checks.
    fn run(&mut self, inputs: &[Input<'_>], output: &mut [f32], shape: Shape) -> Result<()>;
}

/// Batch, channels, height, width.
pub(crate) type Shape = [usize; 4];

/// One input tensor.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: Shape,
    pub(crate) data: Data<'a>,
}

/// Numbers in C order, as many as the shape says.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    Float(&'a [f32]),
    Int(&'a [i32]),
}

impl<'a> Input<'a> {
    pub(crate) fn floats(name: &'a str, shape: Shape, data: &'a [f32]) -> Self {
        Self {
            name,
            shape,
            data: Data::Float(data),
        }
    }

    /// Engines hand this memory to code that trusts the shape.
    fn assert_whole(&self) {
        let length = match self.data {
            Data::Float(data) => data.len(),
            Data::Int(data) => data.len(),
        };
        assert_eq!(
            length,
            self.shape.iter().product::<usize>(),
            "input `{}`",
            self.name
        );
    }
}
