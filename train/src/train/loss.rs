//! The losses: hinge, feature matching, perceptual (paper section 3.4, with the weights of SPADE).

use burn::tensor::{DType, Tensor, activation::relu};
use serde::{Deserialize, Serialize};

use crate::net::discriminator::Features;

/// Weights of the perceptual taps, finest first.
const TAP_WEIGHTS: [f64; 5] = [1.0 / 32.0, 1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0, 1.0];

/// How much each part counts in the generator's loss, beside the adversarial part's 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossWeights {
    /// Distance between the discriminator's features.
    pub feature_matching: f64,
    /// Distance between VGG features; 0 trains without VGG weights.
    pub perceptual: f64,
    /// L1 distance between the pictures themselves. The paper has none; it shows a short run where
    /// colours and shapes go.
    pub pixel: f64,
}

impl Default for LossWeights {
    fn default() -> Self {
        Self {
            feature_matching: 10.0,
            perceptual: 10.0,
            pixel: 0.0,
        }
    }
}

/// Parts of the generator's loss, unweighted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorLoss {
    /// `-D(fake)`.
    pub adversarial: f32,
    /// Distance between the discriminator's features.
    pub feature_matching: f32,
    /// Distance between VGG features.
    pub perceptual: f32,
    /// L1 distance between the pictures.
    pub pixel: f32,
}

impl GeneratorLoss {
    /// Part by part.
    pub(super) fn mean(losses: &[Self]) -> Self {
        let mean = |part: fn(&Self) -> f32| mean_of(losses.iter().map(part));
        Self {
            adversarial: mean(|loss| loss.adversarial),
            feature_matching: mean(|loss| loss.feature_matching),
            perceptual: mean(|loss| loss.perceptual),
            pixel: mean(|loss| loss.pixel),
        }
    }
}

/// The discriminator's loss on both kinds of pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiscriminatorLoss {
    /// `max(0, 1 - D(real))`.
    pub real: f32,
    /// `max(0, 1 + D(fake))`.
    pub fake: f32,
}

impl DiscriminatorLoss {
    /// Part by part.
    pub(super) fn mean(losses: &[Self]) -> Self {
        Self {
            real: mean_of(losses.iter().map(|loss| loss.real)),
            fake: mean_of(losses.iter().map(|loss| loss.fake)),
        }
    }
}

fn mean_of(numbers: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = numbers.len().max(1) as f32;
    numbers.sum::<f32>() / count
}

/// The generator's adversarial loss: the negated mean judgement, averaged over the scales.
pub fn adversarial(fake: &[Features]) -> Tensor<1> {
    mean_over(fake.iter().map(|features| -judgement(features).mean()))
}

/// The discriminator's hinge loss `(real, fake)`; the two are summed, each averaged over the scales.
pub fn hinge(real: &[Features], fake: &[Features]) -> (Tensor<1>, Tensor<1>) {
    let real = real
        .iter()
        .map(|features| relu(-judgement(features) + 1.0).mean());
    let fake = fake
        .iter()
        .map(|features| relu(judgement(features) + 1.0).mean());
    (mean_over(real), mean_over(fake))
}

/// L1 distance of all features but the judgements, summed over layers and averaged over the scales.
pub fn feature_matching(fake: &[Features], real: &[Features]) -> Tensor<1> {
    mean_over(fake.iter().zip(real).map(|(fake, real)| {
        let layers = fake.len() - 1;
        sum(fake[..layers]
            .iter()
            .zip(&real[..layers])
            .map(|(fake, real)| distance(fake, real)))
    }))
}

/// Weighted L1 distance of the five VGG taps.
pub fn perceptual(fake: &[Tensor<4>], real: &[Tensor<4>]) -> Tensor<1> {
    sum(fake
        .iter()
        .zip(real)
        .zip(TAP_WEIGHTS)
        .map(|((fake, real), weight)| distance(fake, real) * weight))
}

fn judgement(features: &Features) -> Tensor<4> {
    features[features.len() - 1].clone().cast(DType::F32)
}

/// Mean absolute difference; the real side takes no gradient.
pub(super) fn distance(fake: &Tensor<4>, real: &Tensor<4>) -> Tensor<1> {
    (fake.clone() - real.clone().detach())
        .abs()
        .cast(DType::F32)
        .mean()
}

fn sum(mut parts: impl Iterator<Item = Tensor<1>>) -> Tensor<1> {
    let first = parts.next().expect("every network has layers");
    parts.fold(first, |total, part| total + part)
}

fn mean_over(parts: impl ExactSizeIterator<Item = Tensor<1>>) -> Tensor<1> {
    let count = parts.len() as f64;
    sum(parts) / count
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn judged(values: [[f32; 2]; 2]) -> Vec<Features> {
        let device = Device::flex();
        values
            .iter()
            .map(|scale| {
                let features = Tensor::<4>::ones([1, 1, 1, 2], &device);
                vec![
                    features,
                    Tensor::<1>::from_floats(*scale, &device).reshape([1, 1, 1, 2]),
                ]
            })
            .collect()
    }

    fn number(tensor: Tensor<1>) -> f32 {
        tensor.into_scalar()
    }

    #[test]
    fn invariant_9_of_the_losses() {
        let good = judged([[1.0, 3.0], [1.5, 2.0]]);
        let bad = judged([[-1.0, -3.0], [-1.5, -2.0]]);
        let (real, fake) = hinge(&good, &bad);
        assert_eq!((number(real), number(fake)), (0.0, 0.0));
        assert_eq!(number(feature_matching(&good, &good)), 0.0);
        let taps = vec![Tensor::<4>::ones([1, 2, 2, 2], &Device::flex()); 5];
        assert_eq!(number(perceptual(&taps, &taps)), 0.0);
    }

    #[test]
    fn values_worked_out_by_hand() {
        let real = judged([[0.5, 2.0], [0.0, 0.0]]);
        let fake = judged([[0.0, -2.0], [1.0, -1.0]]);
        let (on_real, on_fake) = hinge(&real, &fake);
        assert_eq!(number(on_real), (0.25 + 1.0) / 2.0);
        assert_eq!(number(on_fake), (0.5 + 1.0) / 2.0);
        assert_eq!(number(adversarial(&fake)), (1.0 + 0.0) / 2.0);
        let device = Device::flex();
        let ones = vec![Tensor::<4>::ones([1, 1, 1, 1], &device); 5];
        let zeros = vec![Tensor::<4>::zeros([1, 1, 1, 1], &device); 5];
        assert_eq!(number(perceptual(&ones, &zeros)), 1.46875);
    }
}
