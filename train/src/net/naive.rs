//! The paper's naive baseline: no network merges the labels; the concept is their channels side by side.

use burn::{module::Module, tensor::Tensor};
use multicond::label::Label;

use crate::data::encoded_channels;

/// The merge that merges nothing.
#[derive(Module, Debug)]
pub struct Naive {
    /// Channels of all labels together.
    pub channels: usize,
}

impl Naive {
    /// For these labels.
    pub fn new(labels: &[Label]) -> Self {
        Self {
            channels: encoded_channels(labels),
        }
    }

    /// Encoded labels `[pixels, channels]`, as they are.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        pixels
    }
}
