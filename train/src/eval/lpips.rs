//! LPIPS (Zhang et al. 2018), version 0.1 on AlexNet: how different two pictures look.

use std::path::Path;

use anyhow::Result;
use burn::tensor::{
    Device, Tensor, TensorData, activation::relu, module::conv2d, module::max_pool2d,
    ops::ConvOptions, ops::MaxPoolOptions,
};
use ndarray::ArrayView3;
use safetensors::SafeTensors;

use crate::weights;

/// Mean and spread that the network expects of pictures in [-1, 1].
const SHIFT: [f32; 3] = [-0.030, -0.088, -0.188];
const SCALE: [f32; 3] = [0.458, 0.448, 0.450];
/// Output channels, kernel, stride and padding of the convolutions; pooling stands before the second
/// and the third.
const CONVOLUTIONS: [(usize, usize, usize, usize); 5] = [
    (64, 11, 4, 2),
    (192, 5, 1, 2),
    (384, 3, 1, 1),
    (256, 3, 1, 1),
    (256, 3, 1, 1),
];
const POOLED: [bool; 5] = [false, true, true, false, false];

/// The distance, with its weights.
#[derive(Clone, Debug)]
pub struct Lpips {
    layers: Vec<Layer>,
    device: Device,
}

#[derive(Clone, Debug)]
struct Layer {
    weight: Tensor<4>,
    bias: Tensor<1>,
    /// What a difference in each channel counts, `[1, channels, 1, 1]`.
    head: Tensor<4>,
}

impl Lpips {
    /// Reads `conv{0..4}.{weight,bias}` and `lin{0..4}.weight`, as `cargo xtask assets lpips`
    /// installs them.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        weights::load(path, |file| Self::parse(file, device))
    }

    fn parse(file: &SafeTensors<'_>, device: &Device) -> Result<Self> {
        let mut input = 3;
        let mut layers = Vec::new();
        for (index, (output, kernel, _, _)) in CONVOLUTIONS.into_iter().enumerate() {
            let name = |part: &str| format!("conv{index}.{part}");
            let shape = [output, input, kernel, kernel];
            let head: Tensor<1> =
                weights::tensor(file, &format!("lin{index}.weight"), [output], device)?;
            layers.push(Layer {
                weight: weights::tensor(file, &name("weight"), shape, device)?,
                bias: weights::tensor(file, &name("bias"), [output], device)?,
                head: head.reshape([1, output, 1, 1]),
            });
            input = output;
        }
        Ok(Self {
            layers,
            device: device.clone(),
        })
    }

    /// The distance between two pictures `[3, height, width]` in [0, 1]; 0 for equal ones.
    pub fn distance(&self, a: ArrayView3<'_, f32>, b: ArrayView3<'_, f32>) -> f64 {
        let (a, b) = (self.features(a), self.features(b));
        a.into_iter()
            .zip(b)
            .zip(&self.layers)
            .map(|((a, b), layer)| {
                let difference = (unit(a) - unit(b)).square();
                let distance: f32 = (difference * layer.head.clone())
                    .sum_dim(1)
                    .mean()
                    .into_scalar();
                f64::from(distance)
            })
            .sum()
    }

    fn features(&self, picture: ArrayView3<'_, f32>) -> Vec<Tensor<4>> {
        let (_, height, width) = picture.dim();
        let values: Vec<f32> = picture
            .indexed_iter()
            .map(|((c, _, _), value)| (2.0 * value - 1.0 - SHIFT[c]) / SCALE[c])
            .collect();
        let shape = [1, 3, height, width];
        let mut features = Tensor::<4>::from_data(TensorData::new(values, shape), &self.device);
        let mut taps = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            if POOLED[index] {
                let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]);
                features = max_pool2d(features, options);
            }
            let (_, _, stride, padding) = CONVOLUTIONS[index];
            features = relu(conv2d(
                features,
                layer.weight.clone(),
                Some(layer.bias.clone()),
                ConvOptions::new([stride, stride], [padding, padding], [1, 1], 1),
            ));
            taps.push(features.clone());
        }
        taps
    }
}

/// Each pixel's feature vector at length 1.
fn unit(features: Tensor<4>) -> Tensor<4> {
    let length = features.clone().square().sum_dim(1).sqrt() + 1e-10;
    features / length
}
