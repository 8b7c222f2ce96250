//! CLAM: the paper's baseline to TLAM (section 4.2). Every label goes through dense layers of its own; no
//! label sees another before their mean, which is the concept.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Device, Tensor, activation},
};
use multicond::label::Label;

use super::{ClamConfig, layers::linear};

/// The merge without a look at other labels.
#[derive(Module, Debug)]
pub struct Clam {
    /// One branch a label.
    pub branches: Vec<Branch>,
}

/// The layers of one label, each followed by GELU.
#[derive(Module, Debug)]
pub struct Branch {
    /// Weight `[label channels, dimension]`.
    pub projection: Linear,
    /// Weights `[dimension, dimension]`.
    pub layers: Vec<Linear>,
}

impl Clam {
    /// A fresh network for these labels.
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

impl Branch {
    /// One encoded label `[pixels, label channels]` to `[pixels, dimension]`.
    pub fn forward(&self, values: Tensor<2>) -> Tensor<2> {
        self.linears().fold(values, |values, layer| {
            activation::gelu(layer.forward(values))
        })
    }

    /// The projection and the layers after it.
    pub fn linears(&self) -> impl Iterator<Item = &Linear> {
        std::iter::once(&self.projection).chain(&self.layers)
    }
}
