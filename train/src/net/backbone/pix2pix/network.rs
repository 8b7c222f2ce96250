//! The layers of the U-Net.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d, conv::ConvTranspose2d},
    tensor::{
        Device, Tensor,
        activation::{leaky_relu, relu},
    },
};

use super::{super::BackboneModule, Pix2PixConfig, onnx};
use crate::{
    net::layers::{Convolution, Doubling, affine_norm},
    onnx::{
        builder::{Graph, Value},
        convolution::Features,
    },
};

/// Slope of the encoder's leaky ReLU.
pub const LEAKY_SLOPE: f64 = 0.2;

/// The U-Net.
#[derive(Module, Debug)]
pub struct Pix2Pix {
    /// Encoder: 4x4 convolutions of stride 2, starting at full resolution.
    pub down: Vec<Down>,
    /// Decoder: transposed convolutions, starting at the lowest resolution; the last one outputs colours.
    pub up: Vec<Up>,
}

/// Leaky ReLU (not in the first), convolution, norm (not in the first and the innermost).
#[derive(Module, Debug)]
pub struct Down {
    /// The convolution; it has a bias if there is no norm.
    pub convolution: Conv2d,
    /// Its norm.
    pub norm: Option<InstanceNorm>,
}

/// ReLU, transposed convolution, norm (not in the last).
#[derive(Module, Debug)]
pub struct Up {
    /// The transposed convolution; it has a bias if there is no norm.
    pub convolution: ConvTranspose2d,
    /// Its norm.
    pub norm: Option<InstanceNorm>,
}

impl Pix2Pix {
    /// A newly initialised network with `input` channels.
    pub fn new(config: &Pix2PixConfig, input: usize, device: &Device) -> Self {
        let down = (1..=config.downsamplings).map(|downsamplings| {
            let from = if downsamplings == 1 {
                input
            } else {
                config.channels(downsamplings - 1)
            };
            let normed = downsamplings > 1 && downsamplings < config.downsamplings;
            let channels = config.channels(downsamplings);
            Down {
                convolution: Convolution {
                    channels: [from, channels],
                    kernel: 4,
                    stride: 2,
                    padding: 1,
                    bias: !normed,
                    gain: config.initial_gain,
                }
                .init(device),
                norm: normed.then(|| affine_norm(channels, device)),
            }
        });
        let up = (0..config.downsamplings).rev().map(|downsamplings| {
            let channels = config.up_channels(downsamplings);
            Up {
                convolution: Doubling {
                    channels,
                    kernel: 4,
                    beyond: 0,
                    bias: downsamplings == 0,
                    gain: config.initial_gain,
                }
                .init(device),
                norm: (downsamplings > 0).then(|| affine_norm(channels[1], device)),
            }
        });
        Self {
            down: down.collect(),
            up: up.collect(),
        }
    }

    /// The picture `[batch, 3, height, width]` for a concept whose sides are multiples of the tile.
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        let mut sizes = Vec::with_capacity(self.down.len());
        let mut features = concept;
        for (index, down) in self.down.iter().enumerate() {
            if index > 0 {
                features = leaky_relu(features, LEAKY_SLOPE);
            }
            features = normed(down.norm.as_ref(), down.convolution.forward(features));
            sizes.push(features.clone());
        }
        sizes.pop();
        for up in &self.up {
            let raised = up.convolution.forward(relu(features));
            features = normed(up.norm.as_ref(), raised);
            if let Some(skipped) = sizes.pop() {
                features = Tensor::cat(vec![skipped, features], 1);
            }
        }
        features
    }
}

impl BackboneModule for Pix2Pix {
    fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.forward(concept)
    }

    fn tile(&self) -> usize {
        1 << self.down.len()
    }

    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        onnx::colours(graph, self, concept)
    }
}

fn normed(norm: Option<&InstanceNorm>, features: Tensor<4>) -> Tensor<4> {
    match norm {
        Some(norm) => norm.forward(features),
        None => features,
    }
}
