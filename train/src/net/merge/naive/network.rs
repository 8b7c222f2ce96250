//! The merge that merges nothing.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{
    super::{MergeModule, check_concept, check_encoded},
    NaiveConfig, onnx,
};
use crate::{
    data::encoded_channels,
    onnx::builder::{Graph, Value},
};

/// The merge that merges nothing.
#[derive(Module, Debug)]
pub struct Naive {
    /// Channels of all labels together.
    pub channels: usize,
}

impl Naive {
    /// For these labels.
    pub fn new(_: &NaiveConfig, labels: &[Label], _: &Device) -> Self {
        Self {
            channels: encoded_channels(labels),
        }
    }

    /// Encoded labels `[pixels, channels]`, as they are.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        pixels
    }
}

impl MergeModule for Naive {
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.merge(pixels)
    }

    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        check_concept(channels, self.channels)?;
        check_encoded(encoded_channels(labels), self.channels)
    }

    fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Value],
    ) -> anyhow::Result<Value> {
        onnx::merge(graph, labels, inputs)
    }
}
