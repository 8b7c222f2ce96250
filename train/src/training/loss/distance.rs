//! Building blocks of the loss terms.

use burn::tensor::{DType, Tensor};

use crate::net::discriminator::Features;

/// Mean absolute difference; `real` is detached.
pub(super) fn distance(fake: &Tensor<4>, real: &Tensor<4>) -> Tensor<1> {
    mean_absolute(fake.clone() - real.clone().detach())
}

/// Mean absolute value.
pub(super) fn mean_absolute(values: Tensor<4>) -> Tensor<1> {
    values.abs().cast(DType::F32).mean()
}

/// The discriminator's output for each patch, which is the last of its features.
pub(super) fn judgement(features: &Features) -> Tensor<4> {
    features[features.len() - 1].clone().cast(DType::F32)
}

/// The sum of at least one part.
pub(super) fn sum(mut parts: impl Iterator<Item = Tensor<1>>) -> Tensor<1> {
    let first = parts.next().expect("every network has layers");
    parts.fold(first, |total, part| total + part)
}

/// The mean of at least one part.
pub(super) fn mean_over(parts: impl ExactSizeIterator<Item = Tensor<1>>) -> Tensor<1> {
    let count = parts.len() as f64;
    sum(parts) / count
}
