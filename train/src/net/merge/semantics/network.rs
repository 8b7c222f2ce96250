//! The merge that looks at one label.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{
    super::{MergeModule, check_concept, check_encoded},
    SemanticsConfig, onnx,
};
use crate::{
    data::encoded_channels,
    onnx::builder::{Graph, Value},
};

/// The merge that looks at one label.
#[derive(Module, Debug)]
pub struct Semantics {
    /// Place of the label among all labels.
    pub label: usize,
    /// Channels of the labels before it.
    pub first: usize,
    /// Channels of the label.
    pub channels: usize,
}

impl Semantics {
    /// For these labels.
    ///
    /// # Panics
    /// When no label has classes, which the configuration's validation tells.
    pub fn new(_: &SemanticsConfig, labels: &[Label], _: &Device) -> Self {
        Self::of(labels).expect("a valid configuration has a categorical label")
    }

    /// For these labels; none where no label has classes.
    pub fn of(labels: &[Label]) -> Option<Self> {
        let label = labels.iter().position(|label| label.classes().is_some())?;
        Some(Self {
            label,
            first: encoded_channels(&labels[..label]),
            channels: labels[label].network_channels(),
        })
    }

    /// Encoded labels `[pixels, sum of label channels]` to the label's own `[pixels, channels]`.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        pixels.narrow(1, self.first, self.channels)
    }
}

impl MergeModule for Semantics {
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.merge(pixels)
    }

    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        check_concept(channels, self.channels)?;
        let encoded = labels.get(self.label).map_or(0, Label::network_channels);
        check_encoded(encoded, self.channels)
    }

    fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Value],
    ) -> anyhow::Result<Value> {
        onnx::merge(graph, self, labels, inputs)
    }
}
