//! The networks that the paper sets out from know one label map of classes: the concept is the first
//! categorical label's channels, whatever other labels there are.

use burn::{module::Module, tensor::Tensor};
use multicond::label::{Label, Values};

use crate::data::encoded_channels;

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
    /// For these labels; none where no label has classes.
    pub fn of(labels: &[Label]) -> Option<Self> {
        let is_categorical = |label: &Label| matches!(label.values, Values::Categorical { .. });
        let label = labels.iter().position(is_categorical)?;
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
