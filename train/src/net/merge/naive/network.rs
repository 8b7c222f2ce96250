//! The naive merge: the identity on the encoded labels.

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
    onnx::{
        builder::{Graph, Value},
        labels::Input,
    },
};

/// The naive merge.
#[derive(Module, Debug)]
pub struct Naive {
    /// Sum of the channels of all labels.
    pub channels: usize,
}

impl Naive {
    /// The merge for these labels.
    pub fn new(_: &NaiveConfig, labels: &[Label], _: &Device) -> Self {
        Self {
            channels: encoded_channels(labels),
        }
    }

    /// Returns the encoded labels `[pixels, channels]` unchanged.
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
        inputs: &[Input],
    ) -> anyhow::Result<Value> {
        onnx::merge(graph, labels, inputs)
    }
}
