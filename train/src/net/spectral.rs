//! Spectral norm (Miyato et al. 2018): the weight of a convolution is divided by an estimate of its largest singular
//! value.

use burn::{
    module::{Module, Param, ParamId},
    nn::conv::Conv2d,
    tensor::{Device, Distribution, Tensor, module::conv2d, ops::ConvOptions},
};

/// A convolution with spectral norm.
#[derive(Module, Debug)]
pub struct SpectralConv {
    /// Weight before the division, `[output, input, rows, columns]`.
    pub weight: Param<Tensor<4>>,
    /// Bias `[output]`, if any.
    pub bias: Option<Param<Tensor<1>>>,
    /// Estimate of the left singular vector, `[output]`. Not trained.
    pub left: Param<Tensor<1>>,
    /// Estimate of the right singular vector, `[input * rows * columns]`. Not trained.
    pub right: Param<Tensor<1>>,
    /// The stride in both directions.
    pub stride: usize,
    /// Zero padding.
    pub padding: usize,
}

impl SpectralConv {
    /// Adds spectral norm to a convolution with a square kernel, keeping its weights.
    pub(super) fn of(convolution: Conv2d, padding: usize, device: &Device) -> Self {
        let [output, input, rows, columns] = convolution.weight.dims();
        let vector = |length| {
            let random = Tensor::<1>::random([length], Distribution::Normal(0.0, 1.0), device);
            untrained(unit(random.detach()))
        };
        Self {
            weight: convolution.weight,
            bias: convolution.bias,
            left: vector(output),
            right: vector(input * rows * columns),
            stride: convolution.stride[0],
            padding,
        }
    }

    /// The weight divided by the current estimate of its largest singular value. Gradients flow through the value, not
    /// through the vectors.
    pub fn normed_weight(&self) -> Tensor<4> {
        let weight = self.weight.val();
        let matrix = self.matrix();
        let left = self.left.val().detach().unsqueeze_dim::<2>(0);
        let right = self.right.val().detach().unsqueeze_dim::<2>(1);
        let sigma = left.matmul(matrix).matmul(right);
        weight / sigma.reshape([1, 1, 1, 1])
    }

    /// The convolution with the normalised weight.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new(
            [self.stride, self.stride],
            [self.padding, self.padding],
            [1, 1],
            1,
        );
        let bias = self.bias.as_ref().map(Param::val);
        conv2d(input, self.normed_weight(), bias, options)
    }

    /// One power iteration, which updates the singular vectors.
    pub fn power_iteration(self) -> Self {
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

    fn matrix(&self) -> Tensor<2> {
        let [output, input, rows, columns] = self.weight.dims();
        self.weight.val().reshape([output, input * rows * columns])
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
