//! The perceptual term: the weighted L1 distance between the five VGG feature maps.

use burn::tensor::Tensor;

use super::{
    GeneratorPass, LossTerm, Needs,
    distance::{distance, sum},
};
use crate::net::layers::average;

/// Weights of the feature maps, finest first.
const TAP_WEIGHTS: [f64; 5] = [1.0 / 32.0, 1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0, 1.0];

pub(super) struct Perceptual;

impl LossTerm for Perceptual {
    const NEEDS: Needs = Needs::Vgg;
    const DEFAULT_WEIGHT: f64 = 10.0;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        let vgg = pass.vgg?;
        let pool = |pictures: &Tensor<4>| match pass.perceptual_pool {
            1 => pictures.clone(),
            side => average(pictures.clone(), side),
        };
        let real = vgg.forward(pool(pass.pictures));
        Some(perceptual(&vgg.forward(pool(&pass.image)), &real))
    }
}

pub(super) fn perceptual(fake: &[Tensor<4>], real: &[Tensor<4>]) -> Tensor<1> {
    sum(fake
        .iter()
        .zip(real)
        .zip(TAP_WEIGHTS)
        .map(|((fake, real), weight)| distance(fake, real) * weight))
}
