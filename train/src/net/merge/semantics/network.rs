//! The `semantics` merge: selects the channels of one label.

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
    onnx::{
        builder::{Graph, Value},
        labels::Input,
    },
};

/// The `semantics` merge.
#[derive(Module, Debug)]
pub struct Semantics {
    /// Index of the label.
    pub label: usize,
    /// Offset of the label's channels.
    pub first: usize,
    /// Number of channels of the label.
    pub channels: usize,
}

impl Semantics {
    /// The merge for these labels.
    ///
    /// # Panics
    /// When no label is categorical, which the validation of the configuration rejects.
    pub fn new(_: &SemanticsConfig, labels: &[Label], _: &Device) -> Self {
        Self::of(labels).expect("a valid configuration has a categorical label")
    }

    /// The merge for these labels, or `None` if no label is categorical.
    pub fn of(labels: &[Label]) -> Option<Self> {
        let label = labels.iter().position(|label| label.classes().is_some())?;
        Some(Self {
            label,
            first: encoded_channels(&labels[..label]),
            channels: labels[label].network_channels(),
        })
    }

    /// Selects the label's channels: `[pixels, sum of label channels]` to `[pixels, channels]`.
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
        inputs: &[Input],
    ) -> anyhow::Result<Value> {
        onnx::merge(graph, self, labels, inputs)
    }
}
