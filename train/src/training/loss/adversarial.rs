//! The adversarial term: the negated mean discriminator output for generated pictures, averaged over the scales.

use burn::tensor::Tensor;

use super::{
    GeneratorPass, LossTerm, Needs,
    distance::{judgement, mean_over},
};
use crate::net::discriminator::Features;

pub(super) struct Adversarial;

impl LossTerm for Adversarial {
    const NEEDS: Needs = Needs::Discriminator;

    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>> {
        Some(adversarial(&pass.judged.as_ref()?.fake))
    }
}

pub(super) fn adversarial(fake: &[Features]) -> Tensor<1> {
    mean_over(fake.iter().map(|features| -judgement(features).mean()))
}
