//! Layers with the initialisation that the networks use: normally distributed weights, zero biases.

use burn::{
    module::Param,
    nn::{
        Initializer, InstanceNorm, InstanceNormConfig, Linear, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig},
    },
    tensor::{
        Device, Tensor,
        module::avg_pool2d,
        ops::{AvgPoolOptions, PadMode},
    },
};

/// A dense layer with weights `[input, output]` from N(0, 1 / input), which keeps the scale of values.
pub(super) fn linear(input: usize, output: usize, device: &Device) -> Linear {
    let start = Initializer::Normal {
        mean: 0.0,
        std: (input as f64).recip().sqrt(),
    };
    Linear {
        weight: start.init([input, output], device),
        bias: Some(Initializer::Zeros.init([output], device)),
    }
}

/// Shape of a convolution with a square kernel.
pub(super) struct Convolution {
    pub(super) channels: [usize; 2],
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) bias: bool,
    pub(super) gain: f64,
}

impl Convolution {
    /// A convolution with Xavier-normal weights `[output, input, kernel, kernel]`.
    pub(super) fn init(&self, device: &Device) -> Conv2d {
        let convolution = Conv2dConfig::new(self.channels, [self.kernel, self.kernel])
            .with_stride([self.stride, self.stride])
            .with_padding(PaddingConfig2d::Explicit(
                self.padding,
                self.padding,
                self.padding,
                self.padding,
            ))
            .with_bias(false)
            .with_initializer(Initializer::XavierNormal { gain: self.gain })
            .init(device);
        Conv2d {
            bias: self
                .bias
                .then(|| -> Param<_> { Initializer::Zeros.init([self.channels[1]], device) }),
            ..convolution
        }
    }
}

/// Shape of a transposed convolution with a square kernel that doubles the resolution.
pub(super) struct Doubling {
    pub(super) channels: [usize; 2],
    pub(super) kernel: usize,
    /// Output padding.
    pub(super) beyond: usize,
    pub(super) bias: bool,
    pub(super) gain: f64,
}

impl Doubling {
    /// A transposed convolution with Xavier-normal weights `[input, output, kernel, kernel]`.
    pub(super) fn init(&self, device: &Device) -> ConvTranspose2d {
        let [input, output] = self.channels;
        let area = self.kernel * self.kernel;
        let start = Initializer::XavierNormal { gain: self.gain };
        let shape = [input, output, self.kernel, self.kernel];
        ConvTranspose2d {
            weight: start.init_with(shape, Some(input * area), Some(output * area), device),
            ..ConvTranspose2dConfig::new(self.channels, [self.kernel, self.kernel])
                .with_stride([2, 2])
                .with_padding([1, 1])
                .with_padding_out([self.beyond, self.beyond])
                .with_bias(self.bias)
                .with_initializer(Initializer::Zeros)
                .init(device)
        }
    }
}

/// An instance norm with scale and shift.
pub(super) fn affine_norm(channels: usize, device: &Device) -> InstanceNorm {
    InstanceNormConfig::new(channels)
        .with_epsilon(1e-5)
        .init(device)
}

/// An instance norm without weights.
pub(super) fn plain_norm(channels: usize, device: &Device) -> InstanceNorm {
    InstanceNormConfig::new(channels)
        .with_affine(false)
        .with_epsilon(1e-5)
        .init(device)
}

/// Reflection padding by `pixels` on each side.
pub(super) fn reflect(features: Tensor<4>, pixels: usize) -> Tensor<4> {
    features.pad((pixels, pixels, pixels, pixels), PadMode::Reflect)
}

/// Averages over squares of `side` pixels; what is left at the end of a row or column is left out.
pub(crate) fn average(tensor: Tensor<4>, side: usize) -> Tensor<4> {
    avg_pool2d(tensor, AvgPoolOptions::new([side, side]))
}

/// Nearest-neighbour upsampling by 2.
pub(super) fn double(tensor: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = tensor.dims();
    tensor
        .reshape([batch, channels, height, 1, width, 1])
        .expand([batch, channels, height, 2, width, 2])
        .reshape([batch, channels, 2 * height, 2 * width])
}
