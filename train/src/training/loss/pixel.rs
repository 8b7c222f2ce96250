//! The pixel term: the L1 distance between the pictures.

use burn::tensor::Tensor;

use super::{GeneratorPass, LossTerm, Needs, distance::distance};

pub(super) struct Pixel;

impl LossTerm for Pixel {
    const NEEDS: Needs = Needs::Nothing;
    const DEFAULT_WEIGHT: f64 = 0.0;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        Some(distance(&pass.image, pass.pictures))
    }
}
