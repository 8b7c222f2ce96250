//! The patch discriminator on two scales (pix2pixHD, with SPADE's spectral and instance norms).

use burn::{
    module::{Module, Param, ParamId},
    nn::{InstanceNorm, InstanceNormConfig, PaddingConfig2d, conv::Conv2d, conv::Conv2dConfig},
    tensor::{
        Device, Distribution, Tensor,
        activation::leaky_relu,
        module::{avg_pool2d, conv2d},
        ops::{AvgPoolOptions, ConvOptions},
    },
};

use super::DiscriminatorConfig;

const KERNEL: usize = 4;
const PADDING: usize = 2;
const LEAKY_SLOPE: f64 = 0.2;
/// Scales; each sees the picture at half the size of the one before.
pub const SCALES: usize = 2;

/// Discriminators of the same shape on the picture and on its half.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// From the full size down.
    pub scales: Vec<PatchDiscriminator>,
}

/// Judges overlapping patches of 70x70 pixels.
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    /// Input to `width`, stride 2.
    pub first: Conv2d,
    /// Three spectrally normed convolutions, strides 2, 2, 1.
    pub middle: Vec<SpectralConv>,
    /// To one number a patch, stride 1.
    pub last: Conv2d,
}

/// A convolution without bias whose weight is divided by an estimate of its largest singular value
/// (Miyato et al. 2018), then instance norm without scale and shift.
#[derive(Module, Debug)]
pub struct SpectralConv {
    /// Weight before the division, `[output, input, 4, 4]`.
    pub weight: Param<Tensor<4>>,
    /// Estimate of the left singular vector, `[output]`. Not trained.
    pub left: Param<Tensor<1>>,
    /// Estimate of the right singular vector, `[input * 16]`. Not trained.
    pub right: Param<Tensor<1>>,
    /// The norm after it.
    pub norm: InstanceNorm,
    /// The stride.
    pub stride: usize,
}

/// Outputs of the five convolutions of one scale; the last is the judgement of patches.
pub type Features = Vec<Tensor<4>>;

impl Discriminator {
    /// A fresh discriminator over `input` channels, condition and picture together.
    pub fn new(config: &DiscriminatorConfig, input: usize, device: &Device) -> Self {
        Self {
            scales: (0..SCALES)
                .map(|_| PatchDiscriminator::new(config.width, input, device))
                .collect(),
        }
    }

    /// Features of every scale for pictures `[batch, 3, height, width]` under a condition
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

    /// One step towards the singular vectors. Training calls it once before every forward pass.
    pub fn power_iteration(mut self) -> Self {
        for scale in &mut self.scales {
            let middle = std::mem::take(&mut scale.middle);
            scale.middle = middle
                .into_iter()
                .map(SpectralConv::power_iteration)
                .collect();
        }
        self
    }
}

/// Average of 3x3 windows with stride 2; windows at the border count real pixels only.
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
                .map(|(pair, stride)| SpectralConv::new([pair[0], pair[1]], stride, device))
                .collect(),
            last: plain([limit, 1], 1),
        }
    }

    fn forward(&self, input: Tensor<4>) -> Features {
        let mut features = vec![leaky_relu(self.first.forward(input), LEAKY_SLOPE)];
        for convolution in &self.middle {
            let input = features[features.len() - 1].clone();
            features.push(leaky_relu(convolution.forward(input), LEAKY_SLOPE));
        }
        features.push(self.last.forward(features[features.len() - 1].clone()));
        features
    }
}

impl SpectralConv {
    fn new([input, output]: [usize; 2], stride: usize, device: &Device) -> Self {
        // Conv2d's own start, so that only the normalisation differs from a plain layer.
        let start = Conv2dConfig::new([input, output], [KERNEL, KERNEL])
            .with_bias(false)
            .init(device);
        let vector = |length| {
            let random = Tensor::<1>::random([length], Distribution::Normal(0.0, 1.0), device);
            untrained(unit(random.detach()))
        };
        Self {
            weight: start.weight,
            left: vector(output),
            right: vector(input * KERNEL * KERNEL),
            norm: InstanceNormConfig::new(output)
                .with_affine(false)
                .with_epsilon(1e-5)
                .init(device),
            stride,
        }
    }

    /// The weight divided by its largest singular value as estimated so far. Gradients flow through
    /// the value, not through the vectors.
    pub fn normed_weight(&self) -> Tensor<4> {
        let weight = self.weight.val();
        let matrix = self.matrix();
        let left = self.left.val().detach().unsqueeze_dim::<2>(0);
        let right = self.right.val().detach().unsqueeze_dim::<2>(1);
        let sigma = left.matmul(matrix).matmul(right);
        weight / sigma.reshape([1, 1, 1, 1])
    }

    fn matrix(&self) -> Tensor<2> {
        let [output, input, height, width] = self.weight.dims();
        self.weight.val().reshape([output, input * height * width])
    }

    fn power_iteration(self) -> Self {
        let matrix = self.matrix().detach();
        let left = self.left.val().detach().unsqueeze_dim::<2>(1);
        let right = unit(matrix.clone().transpose().matmul(left).squeeze_dim(1));
        let left = unit(
            matrix
                .matmul(right.clone().unsqueeze_dim::<2>(1))
                .squeeze_dim(1),
        );
        Self {
            left: replaced(self.left, left),
            right: replaced(self.right, right),
            ..self
        }
    }

    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new([self.stride, self.stride], [PADDING, PADDING], [1, 1], 1);
        self.norm
            .forward(conv2d(input, self.normed_weight(), None, options))
    }
}

fn unit(vector: Tensor<1>) -> Tensor<1> {
    let length = vector.clone().square().sum().sqrt().clamp_min(1e-12);
    vector / length
}

fn untrained(value: Tensor<1>) -> Param<Tensor<1>> {
    Param::initialized(ParamId::new(), value).set_require_grad(false)
}

fn replaced(param: Param<Tensor<1>>, value: Tensor<1>) -> Param<Tensor<1>> {
    Param::initialized(param.id, value).set_require_grad(false)
}
