//! Feature matching: the L1 distance between the discriminator's features, without its outputs, summed over layers
//! and averaged over the scales.

use burn::tensor::Tensor;

use super::{
    GeneratorPass, LossTerm, Needs,
    distance::{distance, mean_over, sum},
};
use crate::net::discriminator::Features;

pub(super) struct FeatureMatching;

impl LossTerm for FeatureMatching {
    const NEEDS: Needs = Needs::Discriminator;
    const DEFAULT_WEIGHT: f64 = 10.0;
    const IS_ALWAYS_LOGGED: bool = true;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        let judged = pass.judged.as_ref()?;
        Some(feature_matching(&judged.fake, &judged.real))
    }
}

pub(super) fn feature_matching(fake: &[Features], real: &[Features]) -> Tensor<1> {
    mean_over(fake.iter().zip(real).map(|(fake, real)| {
        let layers = fake.len() - 1;
        sum(fake[..layers]
            .iter()
            .zip(&real[..layers])
            .map(|(fake, real)| distance(fake, real)))
    }))
}
