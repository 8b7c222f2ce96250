//! A small U-Net (Ronneberger et al. 2015) that tells the classes of a picture's pixels: the judge that says whether
//! generated pictures look like what they ought to be. Convolutions of stride 2 down, doubled features up, each
//! size's features carried over by a skip connection.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{Device, Tensor, activation::relu},
};

use super::layers::{Convolution, affine_norm, double};

/// Channels of the picture's own size, and of each size that is half as large as the one before.
pub const WIDTHS: [usize; 5] = [16, 32, 64, 96, 128];
/// Sides of pictures are multiples of it.
pub const FACTOR: usize = 1 << (WIDTHS.len() - 1);

/// The network.
#[derive(Module, Debug)]
pub struct Segmenter {
    /// From the picture down to the smallest features.
    pub down: Vec<Normed>,
    /// From there up to the picture's size.
    pub up: Vec<Normed>,
    /// To a score for each class.
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
    /// A fresh network.
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
