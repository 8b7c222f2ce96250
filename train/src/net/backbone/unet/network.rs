//! The layers of the U-Net.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Device, Tensor, activation::leaky_relu},
};

use super::{super::BackboneModule, UnetConfig, config::StageSizes, onnx};
use crate::{
    net::layers::{Convolution, average, double},
    onnx::{
        builder::{Graph, Value},
        convolution::Features,
    },
};

/// Slope of the leaky ReLU after all convolutions but the last.
pub const LEAKY_SLOPE: f64 = 0.1;

/// Gain of the last convolution. It is small, so that an untrained network paints the hint, or gray.
const LAST_GAIN: f64 = 0.1;

/// The U-Net.
#[derive(Module, Debug)]
pub struct Unet {
    /// Encoder, from full to the lowest resolution.
    pub down: Vec<Stage>,
    /// Decoder, from the lowest but one to full resolution.
    pub up: Vec<Stage>,
    /// The convolution that outputs colours.
    pub last: Conv2d,
}

/// Two 3x3 convolutions, each followed by a leaky ReLU.
#[derive(Module, Debug)]
pub struct Stage {
    /// The first convolution.
    pub first: Conv2d,
    /// The second convolution.
    pub second: Conv2d,
}

impl Unet {
    /// A newly initialised network with `input` channels.
    pub fn new(config: &UnetConfig, input: usize, device: &Device) -> Self {
        let stage = |sizes| Stage::new(sizes, config.initial_gain, device);
        Self {
            down: config.down(input).map(stage).collect(),
            up: config.up().map(stage).collect(),
            last: convolution([config.channels(0), 3], LAST_GAIN, device),
        }
    }

    /// The colours `[batch, 3, height, width]`, before the last tanh, for a concept whose sides are multiples of the
    /// tile.
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        let mut skipped: Vec<Tensor<4>> = Vec::with_capacity(self.down.len());
        for stage in &self.down {
            let input = match skipped.last() {
                None => concept.clone(),
                Some(above) => average(above.clone(), 2),
            };
            skipped.push(stage.forward(input));
        }
        let mut features = skipped.pop().unwrap_or(concept);
        for stage in &self.up {
            let raised = double(features);
            let beside = skipped.pop().into_iter();
            let joined = beside.chain([raised]).collect();
            features = stage.forward(Tensor::cat(joined, 1));
        }
        self.last.forward(features)
    }
}

impl Stage {
    fn new(sizes: StageSizes, gain: f64, device: &Device) -> Self {
        Self {
            first: convolution([sizes.input, sizes.output], gain, device),
            second: convolution([sizes.output, sizes.output], gain, device),
        }
    }

    fn forward(&self, features: Tensor<4>) -> Tensor<4> {
        let hidden = leaky_relu(self.first.forward(features), LEAKY_SLOPE);
        leaky_relu(self.second.forward(hidden), LEAKY_SLOPE)
    }
}

impl BackboneModule for Unet {
    fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.forward(concept)
    }

    fn tile(&self) -> usize {
        1 << self.up.len()
    }

    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        onnx::colours(graph, self, concept)
    }
}

fn convolution(channels: [usize; 2], gain: f64, device: &Device) -> Conv2d {
    Convolution {
        channels,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
        gain,
    }
    .init(device)
}
