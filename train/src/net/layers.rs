//! Layers with the starts that the networks ask for: weights from a normal distribution, biases zero.

use burn::{
    module::Param,
    nn::{Initializer, Linear, PaddingConfig2d, conv::Conv2d, conv::Conv2dConfig},
    tensor::Device,
};

/// A dense layer, weight `[input, output]` from N(0, 1 / input): values keep their size.
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

/// Shape of a square convolution.
pub(super) struct Convolution {
    pub(super) channels: [usize; 2],
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) bias: bool,
    pub(super) gain: f64,
}

impl Convolution {
    /// A convolution, weight `[output, input, kernel, kernel]` Xavier-normal.
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
