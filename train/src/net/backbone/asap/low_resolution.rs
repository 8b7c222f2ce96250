//! The low-resolution stream: convolutions down to one cell per tile, then one vector of pixel-network parameters
//! per cell, and smooth features.

use burn::{
    module::{Module, Param},
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{Device, Tensor, activation::relu},
};

use super::{AsapConfig, Padding, downsample::downsample};
use crate::net::layers::{Convolution, affine_norm, reflect};

/// The stream from `[batch, input, height, width]` to cells, `[batch, channels, height / tile, width / tile]`.
#[derive(Module, Debug)]
pub struct LowResolution {
    /// Stages; all those of stride 2 come directly after the first.
    pub stages: Vec<Stage>,
    /// 1x1 convolution that predicts the pixel networks.
    pub head: Conv2d,
    /// 1x1 convolution that computes the smooth features, if there are any.
    pub smooth: Option<Conv2d>,
    /// Factor of the fixed filter before the first stage.
    pub fixed_downsampling: usize,
}

/// The outputs of the stream for each cell.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The parameters of the pixel networks.
    pub parameters: Tensor<4>,
    /// The smooth features, if there are any.
    pub smooth: Option<Tensor<4>>,
}

/// 3x3 convolution without bias, instance norm with scale and shift, ReLU.
#[derive(Module, Debug)]
pub struct Stage {
    /// The convolution.
    pub convolution: Conv2d,
    /// The norm, with epsilon 1e-5.
    pub norm: InstanceNorm,
    /// Reflection padding before the convolution; with 0 the convolution pads with zeros.
    pub mirrored: usize,
}

impl LowResolution {
    pub(super) fn new(
        config: &AsapConfig,
        input: usize,
        parameters: usize,
        device: &Device,
    ) -> Self {
        let downsamplings = config.learned_downsampling.ilog2() as usize;
        let (width, max_width) = (config.width, config.max_width);
        let mut shapes = vec![([input, width], 1)];
        for downsampling in 1..=downsamplings {
            let output = if downsampling == downsamplings {
                max_width
            } else {
                width
            };
            shapes.push(([width, output], 2));
        }
        shapes.extend(std::iter::repeat_n(
            ([max_width, max_width], 1),
            config.depth,
        ));
        Self {
            stages: shapes
                .into_iter()
                .map(|(channels, stride)| Stage::new(channels, stride, config, device))
                .collect(),
            head: per_cell([max_width, parameters], config.head_gain, device),
            smooth: (config.smooth > 0)
                .then(|| per_cell([max_width, config.smooth], config.initial_gain, device)),
            fixed_downsampling: config.tile / config.learned_downsampling,
        }
    }

    /// Initialises all pixel networks close to this one.
    pub(super) fn start_from(&mut self, parameters: Tensor<1>) {
        self.head.bias = Some(Param::from_tensor(parameters));
    }

    pub(super) fn forward(&self, input: Tensor<4>) -> Cells {
        let coarse = downsample(input, self.fixed_downsampling);
        let features = self
            .stages
            .iter()
            .fold(coarse, |features, stage| stage.forward(features));
        Cells {
            smooth: self
                .smooth
                .as_ref()
                .map(|layer| layer.forward(features.clone())),
            parameters: self.head.forward(features),
        }
    }
}

/// A 1x1 convolution with bias.
fn per_cell(channels: [usize; 2], gain: f64, device: &Device) -> Conv2d {
    Convolution {
        channels,
        kernel: 1,
        stride: 1,
        padding: 0,
        bias: true,
        gain,
    }
    .init(device)
}

impl Stage {
    fn new(channels: [usize; 2], stride: usize, config: &AsapConfig, device: &Device) -> Self {
        let (mirrored, padding) = match config.padding {
            Padding::Zero => (0, 1),
            Padding::Reflect => (1, 0),
        };
        Self {
            convolution: Convolution {
                channels,
                kernel: 3,
                stride,
                padding,
                bias: false,
                gain: config.initial_gain,
            }
            .init(device),
            norm: affine_norm(channels[1], device),
            mirrored,
        }
    }

    fn forward(&self, features: Tensor<4>) -> Tensor<4> {
        let features = match self.mirrored {
            0 => features,
            pixels => reflect(features, pixels),
        };
        relu(self.norm.forward(self.convolution.forward(features)))
    }
}
