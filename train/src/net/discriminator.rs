//! The multi-scale patch discriminator of pix2pixHD, with SPADE's spectral and instance norms.

use burn::{
    module::Module,
    nn::{InstanceNorm, PaddingConfig2d, conv::Conv2d, conv::Conv2dConfig},
    tensor::{Device, Tensor, activation::leaky_relu, module::avg_pool2d, ops::AvgPoolOptions},
};

use super::{DiscriminatorConfig, layers::plain_norm, spectral::SpectralConv};

const KERNEL: usize = 4;
const PADDING: usize = 2;
const LEAKY_SLOPE: f64 = 0.2;
/// Number of scales; each has half the resolution of the one before.
pub const SCALES: usize = 2;

/// One patch discriminator per scale.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// The discriminators, starting at full resolution.
    pub scales: Vec<PatchDiscriminator>,
}

/// Discriminates overlapping patches of 70x70 pixels.
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    /// The first convolution, stride 2.
    pub first: Conv2d,
    /// Three convolutions with spectral norm, strides 2, 2, 1.
    pub middle: Vec<Middle>,
    /// The output convolution, one value per patch, stride 1.
    pub last: Conv2d,
}

/// A convolution with spectral norm and without bias, then an instance norm without scale and shift.
#[derive(Module, Debug)]
pub struct Middle {
    /// The convolution.
    pub convolution: SpectralConv,
    /// The norm after it.
    pub norm: InstanceNorm,
}

/// Outputs of the five convolutions of one scale; the last has one value per patch.
pub type Features = Vec<Tensor<4>>;

impl Discriminator {
    /// A newly initialised discriminator with `input` channels, the sum of condition and picture.
    pub fn new(config: &DiscriminatorConfig, input: usize, device: &Device) -> Self {
        Self {
            scales: (0..SCALES)
                .map(|_| PatchDiscriminator::new(config.width, input, device))
                .collect(),
        }
    }

    /// Features of every scale for pictures `[batch, 3, height, width]` and a condition
    /// `[batch, channels, height, width]`.
    pub fn forward(&self, condition: Tensor<4>, image: Tensor<4>) -> Vec<Features> {
        let mut input = Tensor::cat(vec![condition, image], 1);
        let mut features = Vec::with_capacity(self.scales.len());
        for (number, scale) in self.scales.iter().enumerate() {
            if number > 0 {
                input = halve(input);
            }
            features.push(scale.forward(input.clone()));
        }
        features
    }

    /// One power iteration of the spectral norms. Training calls it once before every forward pass.
    pub fn power_iteration(mut self) -> Self {
        for scale in &mut self.scales {
            let middle = std::mem::take(&mut scale.middle);
            scale.middle = middle
                .into_iter()
                .map(|middle| Middle {
                    convolution: middle.convolution.power_iteration(),
                    ..middle
                })
                .collect();
        }
        self
    }
}

/// 3x3 average pooling with stride 2; padding is not counted.
pub fn halve(input: Tensor<4>) -> Tensor<4> {
    avg_pool2d(
        input,
        AvgPoolOptions::new([3, 3])
            .with_stride([2, 2])
            .with_padding([1, 1])
            .with_count_include_pad(false),
    )
}

impl PatchDiscriminator {
    fn new(width: usize, input: usize, device: &Device) -> Self {
        let limit = 8 * width;
        let widths = [width, 2 * width, 4 * width, limit];
        let plain = |channels, stride| {
            Conv2dConfig::new(channels, [KERNEL, KERNEL])
                .with_stride([stride, stride])
                .with_padding(PaddingConfig2d::Explicit(
                    PADDING, PADDING, PADDING, PADDING,
                ))
                .init(device)
        };
        Self {
            first: plain([input, width], 2),
            middle: widths
                .windows(2)
                .zip([2, 2, 1])
                .map(|(pair, stride)| Middle::new([pair[0], pair[1]], stride, device))
                .collect(),
            last: plain([limit, 1], 1),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Features {
        let mut features = vec![leaky_relu(self.first.forward(input), LEAKY_SLOPE)];
        for middle in &self.middle {
            let input = features[features.len() - 1].clone();
            features.push(leaky_relu(middle.forward(input), LEAKY_SLOPE));
        }
        features.push(self.last.forward(features[features.len() - 1].clone()));
        features
    }
}

impl Middle {
    fn new([input, output]: [usize; 2], stride: usize, device: &Device) -> Self {
        // The default initialisation of Conv2d, so that only the norm differs from a plain layer.
        let start = Conv2dConfig::new([input, output], [KERNEL, KERNEL])
            .with_stride([stride, stride])
            .with_bias(false)
            .init(device);
        Self {
            convolution: SpectralConv::of(start, PADDING, device),
            norm: plain_norm(output, device),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.convolution.forward(input))
    }
}
