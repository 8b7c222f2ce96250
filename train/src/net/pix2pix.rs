//! The U-Net of Pix2Pix (Isola et al. 2017): convolutions of stride 2 down, transposed ones up, and each
//! size's features handed across.
//!
//! Batch norm of one picture, which the paper trains and runs with, is an instance norm. The paper's
//! dropout, its only noise, is left out: it hardly changed its pictures.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d, conv::ConvTranspose2d},
    tensor::{
        Device, Tensor,
        activation::{leaky_relu, relu},
    },
};

use super::{
    Pix2PixConfig,
    layers::{Convolution, Doubling, affine_norm},
};

/// Slope of the leaky ReLU on the way down.
pub const LEAKY_SLOPE: f64 = 0.2;
/// Channels are at most this many times the configured width.
const MOST_WIDTHS: usize = 8;

/// The network.
#[derive(Module, Debug)]
pub struct Pix2Pix {
    /// 4x4 convolutions of stride 2, from the full size down.
    pub down: Vec<Down>,
    /// Transposed ones, from the smallest size up; the last gives colours.
    pub up: Vec<Up>,
}

/// Leaky ReLU (but before the first), convolution, norm (but after the first and the innermost).
#[derive(Module, Debug)]
pub struct Down {
    /// The convolution; it has a bias where it has no norm.
    pub convolution: Conv2d,
    /// Its norm.
    pub norm: Option<InstanceNorm>,
}

/// ReLU, transposed convolution, norm (but after the last).
#[derive(Module, Debug)]
pub struct Up {
    /// The transposed convolution; it has a bias where it has no norm.
    pub convolution: ConvTranspose2d,
    /// Its norm.
    pub norm: Option<InstanceNorm>,
}

impl Pix2PixConfig {
    /// Channels after so many halvings, at least one.
    pub fn channels(&self, halvings: usize) -> usize {
        self.width * MOST_WIDTHS.min(1 << (halvings - 1))
    }

    /// Channels into and out of the transposed convolution that makes features at `halvings`.
    pub fn up_channels(&self, halvings: usize) -> [usize; 2] {
        let from = self.channels(halvings + 1);
        // All but the innermost get the features from across, too.
        let input = if halvings + 1 == self.halvings {
            from
        } else {
            2 * from
        };
        let output = if halvings == 0 {
            3
        } else {
            self.channels(halvings)
        };
        [input, output]
    }
}

impl Pix2Pix {
    /// A fresh network over `input` channels.
    pub fn new(config: &Pix2PixConfig, input: usize, device: &Device) -> Self {
        let down = (1..=config.halvings).map(|halvings| {
            let from = if halvings == 1 {
                input
            } else {
                config.channels(halvings - 1)
            };
            let normed = halvings > 1 && halvings < config.halvings;
            let channels = config.channels(halvings);
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
        let up = (0..config.halvings).rev().map(|halvings| {
            let channels = config.up_channels(halvings);
            Up {
                convolution: Doubling {
                    channels,
                    kernel: 4,
                    beyond: 0,
                    bias: halvings == 0,
                    gain: config.initial_gain,
                }
                .init(device),
                norm: (halvings > 0).then(|| affine_norm(channels[1], device)),
            }
        });
        Self {
            down: down.collect(),
            up: up.collect(),
        }
    }

    /// The picture `[batch, 3, height, width]` for a concept of whole tiles.
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
            if let Some(across) = sizes.pop() {
                features = Tensor::cat(vec![across, features], 1);
            }
        }
        features.tanh()
    }
}

fn normed(norm: Option<&InstanceNorm>, features: Tensor<4>) -> Tensor<4> {
    match norm {
        Some(norm) => norm.forward(features),
        None => features,
    }
}
