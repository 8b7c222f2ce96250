//! The multi-scale term: the mean over four scales of the L1 distance between the pictures. The coarse scales say where
//! a colour is wrong over a whole region, whose pixels may each be right on the average.

use burn::tensor::Tensor;

use super::{
    GeneratorPass, LossTerm, Needs,
    distance::{mean_absolute, mean_over},
    scales::differences,
};

pub(super) struct MultiScale;

impl LossTerm for MultiScale {
    const NEEDS: Needs = Needs::Nothing;
    const DEFAULT_WEIGHT: f64 = 0.0;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        let scales = differences(&pass.image, pass.pictures);
        Some(mean_over(scales.into_iter().map(mean_absolute)))
    }
}
