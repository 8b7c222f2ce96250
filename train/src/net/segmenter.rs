//! The segmenter: a small U-Net (Ronneberger et al. 2015) that classifies the pixels of a picture. Evaluation uses it
//! to check whether generated pictures show the classes of their labels. It has convolutions of stride 2, upsampling
//! by 2, and skip connections at every resolution.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{Device, Tensor, activation::relu},
};

use super::layers::{Convolution, affine_norm, double};

/// Channels at full resolution and after each downsampling by 2.
pub const WIDTHS: [usize; 5] = [16, 32, 64, 96, 128];
/// Sides of pictures must be multiples of this many pixels.
pub const FACTOR: usize = 1 << (WIDTHS.len() - 1);

/// The U-Net.
#[derive(Module, Debug)]
pub struct Segmenter {
    /// The encoder, starting at full resolution.
    pub down: Vec<Normed>,
    /// The decoder, starting at the lowest resolution.
    pub up: Vec<Normed>,
    /// The output layer, one score per class.
    pub last: Conv2d,
}

/// A 3x3 convolution, a norm and a ReLU.
#[derive(Module, Debug)]
pub struct Normed {
    /// The convolution.
    pub convolution: Conv2d,
    /// Its norm.
    pub norm: InstanceNorm,
}

impl Segmenter {
    /// A newly initialised network.
    pub fn new(classes: usize, device: &Device) -> Self {
        let down = WIDTHS.iter().enumerate().map(|(index, &width)| {
            let input = if index == 0 { 3 } else { WIDTHS[index - 1] };
            Normed::new([input, width], if index == 0 { 1 } else { 2 }, device)
        });
        let up = (1..WIDTHS.len()).rev().map(|index| {
            let (below, here) = (WIDTHS[index], WIDTHS[index - 1]);
            Normed::new([below + here, here], 1, device)
        });
        Self {
            down: down.collect(),
            up: up.collect(),
            last: Convolution {
                channels: [WIDTHS[0], classes],
                kernel: 1,
                stride: 1,
                padding: 0,
                bias: true,
                gain: 1.0,
            }
            .init(device),
        }
    }

    /// Scores `[batch, classes, height, width]` of pictures `[batch, 3, height, width]` in [-1, 1].
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let mut sizes = Vec::with_capacity(self.down.len());
        let mut features = pictures;
        for layer in &self.down {
            features = layer.forward(features);
            sizes.push(features.clone());
        }
        sizes.pop();
        for layer in &self.up {
            let skipped = sizes.pop().expect("as many sizes down as up");
            features = layer.forward(Tensor::cat(vec![skipped, double(features)], 1));
        }
        self.last.forward(features)
    }
}

impl Normed {
    fn new(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        Self {
            convolution: Convolution {
                channels,
                kernel: 3,
                stride,
                padding: 1,
                bias: false,
                gain: 2.0_f64.sqrt(),
            }
            .init(device),
            norm: affine_norm(channels[1], device),
        }
    }

    fn forward(&self, features: Tensor<4>) -> Tensor<4> {
        relu(self.norm.forward(self.convolution.forward(features)))
    }
}
