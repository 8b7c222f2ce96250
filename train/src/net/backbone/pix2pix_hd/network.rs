//! The convolutions and residual blocks of the global generator.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d, conv::ConvTranspose2d},
    tensor::{Device, Tensor, activation::relu},
};

use super::{super::BackboneModule, Pix2PixHdConfig, onnx};
use crate::{
    net::layers::{Convolution, Doubling, plain_norm, reflect},
    onnx::{
        builder::{Graph, Value},
        convolution::Features,
    },
};

/// Kernel size of the first and the last convolution.
pub const WIDE: usize = 7;

/// The global generator.
#[derive(Module, Debug)]
pub struct Pix2PixHd {
    /// A 7x7 convolution with reflection padding, then 3x3 convolutions of stride 2; norm and ReLU after each.
    pub down: Vec<Conv2d>,
    /// Residual blocks.
    pub blocks: Vec<Block>,
    /// Transposed convolutions; norm and ReLU after each.
    pub up: Vec<ConvTranspose2d>,
    /// The output layer, a 7x7 convolution with reflection padding.
    pub last: Conv2d,
}

/// Residual block: two 3x3 convolutions with reflection padding, each with a norm, and a ReLU between them.
#[derive(Module, Debug)]
pub struct Block {
    /// The first convolution.
    pub first: Conv2d,
    /// The second convolution.
    pub second: Conv2d,
}

impl Pix2PixHd {
    /// A newly initialised network with `input` channels.
    pub fn new(config: &Pix2PixHdConfig, input: usize, device: &Device) -> Self {
        let gain = config.initial_gain;
        let convolution = |channels, kernel, stride, padding| {
            Convolution {
                channels,
                kernel,
                stride,
                padding,
                bias: false,
                gain,
            }
            .init(device)
        };
        let channels = |downsamplings: usize| config.width << downsamplings;
        let mut down = vec![convolution([input, config.width], WIDE, 1, 0)];
        down.extend((1..=config.downsamplings).map(|downsampling| {
            convolution(
                [channels(downsampling - 1), channels(downsampling)],
                3,
                2,
                1,
            )
        }));
        let lowest = channels(config.downsamplings);
        let block = || convolution([lowest, lowest], 3, 1, 0);
        let up = (1..=config.downsamplings).rev().map(|downsampling| {
            Doubling {
                channels: [channels(downsampling), channels(downsampling - 1)],
                kernel: 3,
                beyond: 1,
                bias: false,
                gain,
            }
            .init(device)
        });
        Self {
            down,
            blocks: (0..config.blocks)
                .map(|_| Block {
                    first: block(),
                    second: block(),
                })
                .collect(),
            up: up.collect(),
            last: Convolution {
                channels: [config.width, 3],
                kernel: WIDE,
                stride: 1,
                padding: 0,
                bias: true,
                gain,
            }
            .init(device),
        }
    }

    /// The picture `[batch, 3, height, width]` for a concept whose sides are multiples of the tile.
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        let mut features = reflect(concept, WIDE / 2);
        for convolution in &self.down {
            features = relu(normed(convolution.forward(features)));
        }
        for block in &self.blocks {
            let inner = normed(block.first.forward(reflect(features.clone(), 1)));
            let inner = normed(block.second.forward(reflect(relu(inner), 1)));
            features = features + inner;
        }
        for convolution in &self.up {
            features = relu(normed(convolution.forward(features)));
        }
        self.last.forward(reflect(features, WIDE / 2))
    }
}

impl BackboneModule for Pix2PixHd {
    fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.forward(concept)
    }

    fn tile(&self) -> usize {
        1 << self.up.len()
    }

    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        onnx::colours(graph, self, &concept)
    }
}

fn normed(features: Tensor<4>) -> Tensor<4> {
    let [_, channels, _, _] = features.dims();
    let norm: InstanceNorm = plain_norm(channels, &features.device());
    norm.forward(features)
}
