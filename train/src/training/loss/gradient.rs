//! The gradient term: the mean over four scales of the L1 distances between horizontal and between vertical differences
//! of neighbouring pixels. It rewards edges at their places, whatever the colours beside them.

use burn::tensor::Tensor;

use super::{
    GeneratorPass, LossTerm, Needs,
    distance::{mean_absolute, mean_over},
    scales::differences,
};

pub(super) struct Gradient;

impl LossTerm for Gradient {
    const NEEDS: Needs = Needs::Nothing;
    const DEFAULT_WEIGHT: f64 = 0.0;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        let scales = differences(&pass.image, pass.pictures);
        let steps = |difference: Tensor<4>| {
            mean_absolute(step(&difference, 2)) + mean_absolute(step(&difference, 3))
        };
        Some(mean_over(scales.into_iter().map(steps)))
    }
}

/// The difference of each pixel and the one before it along a dimension.
fn step(values: &Tensor<4>, dimension: usize) -> Tensor<4> {
    let length = values.dims()[dimension] - 1;
    values.clone().narrow(dimension, 1, length) - values.clone().narrow(dimension, 0, length)
}
