//! CLAM: one branch per label, and their mean.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor, activation},
};
use multicond::label::Label;

use super::{
    super::{MergeModule, check_concept, check_labels},
    ClamConfig, onnx,
};
use crate::{
    net::layers::linear,
    onnx::{
        builder::{Graph, Value},
        labels::Input,
    },
};

/// The CLAM network.
#[derive(Module, Debug)]
pub struct Clam {
    /// One branch per label.
    pub branches: Vec<Branch>,
}

/// The layers of a label, each followed by GELU.
#[derive(Module, Debug)]
pub struct Branch {
    /// Weight `[label channels, dimension]`.
    pub projection: Linear,
    /// Weights `[dimension, dimension]`.
    pub layers: Vec<Linear>,
}

impl Clam {
    /// A newly initialised network for these labels.
    pub fn new(config: &ClamConfig, labels: &[Label], device: &Device) -> Self {
        let d = config.dimension;
        let branch = |label: &Label| Branch {
            projection: linear(label.network_channels(), d, device),
            layers: (0..config.layers).map(|_| linear(d, d, device)).collect(),
        };
        Self {
            branches: labels.iter().map(branch).collect(),
        }
    }

    /// Channels of the concept tensor.
    pub fn dimension(&self) -> usize {
        let first = self.branches.first();
        first.map_or(0, |branch| branch.projection.weight.dims()[1])
    }

    /// Encoded labels `[pixels, sum of label channels]`, zero where missing, to `[pixels, dimension]`.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        let mut first = 0;
        let branches = self.branches.iter().map(|branch| {
            let [channels, _] = branch.projection.weight.dims();
            let values = pixels.clone().narrow(1, first, channels);
            first += channels;
            branch.forward(values)
        });
        let merged: Tensor<3> = Tensor::stack(branches.collect(), 1);
        merged.mean_dim(1).squeeze_dim(1)
    }
}

impl MergeModule for Clam {
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.merge(pixels)
    }

    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        check_labels(labels, self.branches.len())?;
        check_concept(channels, self.dimension())
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

impl Branch {
    /// One encoded label `[pixels, label channels]` to `[pixels, dimension]`.
    pub fn forward(&self, values: Tensor<2>) -> Tensor<2> {
        self.linears().fold(values, |values, layer| {
            activation::gelu(layer.forward(values))
        })
    }

    /// The projection, then the other layers.
    pub fn linears(&self) -> impl Iterator<Item = &Linear> {
        std::iter::once(&self.projection).chain(&self.layers)
    }
}
