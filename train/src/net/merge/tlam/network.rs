//! The projections and transformer blocks of TLAM.

use burn::{
    module::{Module, Param},
    nn::{Initializer, LayerNorm, LayerNormConfig, Linear},
    tensor::{Device, Tensor, activation},
};
use multicond::label::Label;

use super::{
    super::{MergeModule, check_concept, check_labels},
    TlamConfig, onnx,
};
use crate::{
    net::layers::linear,
    onnx::{
        builder::{Graph, Value},
        labels::Input,
    },
};

/// The TLAM network.
#[derive(Module, Debug)]
pub struct Tlam {
    /// One projection per label, weight `[label channels, dimension]`.
    pub projections: Vec<Linear>,
    /// One learned encoding per label, `[labels, dimension]`.
    pub label_encodings: Param<Tensor<2>>,
    /// Transformer blocks.
    pub blocks: Vec<Block>,
}

/// A pre-norm transformer block over the tokens of one pixel.
#[derive(Module, Debug)]
pub struct Block {
    /// Norm before attention.
    pub attention_norm: LayerNorm,
    /// Queries, keys and values, concatenated; weight `[d, 3 d]`.
    pub query_key_value: Linear,
    /// Output projection of attention, weight `[d, d]`.
    pub output: Linear,
    /// Norm before the MLP.
    pub mlp_norm: LayerNorm,
    /// First layer of the MLP.
    pub expand: Linear,
    /// Second layer of the MLP.
    pub contract: Linear,
    /// Number of attention heads.
    pub heads: usize,
}

impl Tlam {
    /// A newly initialised network for these labels.
    pub fn new(config: &TlamConfig, labels: &[Label], device: &Device) -> Self {
        let d = config.dimension;
        let encodings = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Self {
            projections: labels
                .iter()
                .map(|label| linear(label.network_channels(), d, device))
                .collect(),
            label_encodings: encodings.init([labels.len(), d], device),
            blocks: (0..config.layers)
                .map(|_| Block::new(config, device))
                .collect(),
        }
    }

    /// Encoded labels `[pixels, sum of label channels]`, zero where missing, to `[pixels, dimension]`.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        let mut first = 0;
        let tokens: Vec<Tensor<2>> = self
            .projections
            .iter()
            .enumerate()
            .map(|(index, projection)| {
                let [channels, _] = projection.weight.dims();
                let values = pixels.clone().narrow(1, first, channels);
                first += channels;
                let encoding = self.label_encodings.val().narrow(0, index, 1);
                activation::gelu(projection.forward(values)) + encoding
            })
            .collect();
        let tokens = self
            .blocks
            .iter()
            .fold(Tensor::stack(tokens, 1), |tokens, block| {
                block.forward(tokens)
            });
        tokens.mean_dim(1).squeeze_dim(1)
    }
}

impl MergeModule for Tlam {
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.merge(pixels)
    }

    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        let [count, dimension] = self.label_encodings.dims();
        check_labels(labels, count)?;
        check_labels(labels, self.projections.len())?;
        check_concept(channels, dimension)
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

impl Block {
    fn new(config: &TlamConfig, device: &Device) -> Self {
        let d = config.dimension;
        let linear = |input, output| linear(input, output, device);
        let norm = || LayerNormConfig::new(d).with_epsilon(1e-5).init(device);
        Self {
            attention_norm: norm(),
            query_key_value: linear(d, 3 * d),
            output: linear(d, d),
            mlp_norm: norm(),
            expand: linear(d, config.mlp_ratio * d),
            contract: linear(config.mlp_ratio * d, d),
            heads: config.heads,
        }
    }

    /// Tokens `[pixels, labels, d]` to tokens of the same shape.
    fn forward(&self, tokens: Tensor<3>) -> Tensor<3> {
        let attended = self.attention(self.attention_norm.forward(tokens.clone()));
        let tokens = tokens + attended;
        let hidden = activation::gelu(self.expand.forward(self.mlp_norm.forward(tokens.clone())));
        tokens + self.contract.forward(hidden)
    }

    fn attention(&self, tokens: Tensor<3>) -> Tensor<3> {
        let [pixels, labels, d] = tokens.dims();
        let head = d / self.heads;
        let joint = self
            .query_key_value
            .forward(tokens)
            .reshape([pixels, labels, 3, self.heads, head])
            .permute([2, 0, 3, 1, 4]);
        let part = |index| -> Tensor<4> { joint.clone().narrow(0, index, 1).squeeze_dim(0) };
        let (query, key, value) = (part(0), part(1), part(2));
        let scores = query.matmul(key.swap_dims(2, 3)) / (head as f64).sqrt();
        let mixed = activation::softmax(scores, 3)
            .matmul(value)
            .permute([0, 2, 1, 3])
            .reshape([pixels, labels, d]);
        self.output.forward(mixed)
    }
}
