//! Tests of the losses against values calculated by hand.

use burn::tensor::{Device, Tensor};

use super::{
    DiscriminatorLoss, GeneratorLoss, GeneratorPass, Judged, LossWeights, adversarial::adversarial,
    feature_matching::feature_matching, generator_loss, number, perceptual::perceptual,
};
use crate::net::discriminator::Features;

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

fn hinge(real: [[f32; 2]; 2], fake: [[f32; 2]; 2]) -> DiscriminatorLoss {
    let judged = Judged {
        real: judged(real),
        fake: judged(fake),
    };
    let (total, loss) = DiscriminatorLoss::of(&judged);
    assert_eq!(number(&total), loss.real + loss.fake);
    loss
}

#[test]
fn invariant_9_of_the_losses() {
    let good = [[1.0, 3.0], [1.5, 2.0]];
    let loss = hinge(good, [[-1.0, -3.0], [-1.5, -2.0]]);
    assert_eq!((loss.real, loss.fake), (0.0, 0.0));
    let good = judged(good);
    assert_eq!(number(&feature_matching(&good, &good)), 0.0);
    let taps = vec![Tensor::<4>::ones([1, 2, 2, 2], &Device::flex()); 5];
    assert_eq!(number(&perceptual(&taps, &taps)), 0.0);
}

#[test]
fn values_calculated_by_hand() {
    let fake = [[0.0, -2.0], [1.0, -1.0]];
    let loss = hinge([[0.5, 2.0], [0.0, 0.0]], fake);
    assert_eq!(loss.real, (0.25 + 1.0) / 2.0);
    assert_eq!(loss.fake, (0.5 + 1.0) / 2.0);
    assert_eq!(number(&adversarial(&judged(fake))), (1.0 + 0.0) / 2.0);
    let device = Device::flex();
    let ones = vec![Tensor::<4>::ones([1, 1, 1, 1], &device); 5];
    let zeros = vec![Tensor::<4>::zeros([1, 1, 1, 1], &device); 5];
    assert_eq!(number(&perceptual(&ones, &zeros)), 1.46875);
}

/// The total has the weighted terms whose networks are present.
#[test]
fn terms_are_weighted_and_summed() {
    let device = Device::flex();
    let pictures = Tensor::<4>::zeros([1, 3, 1, 2], &device);
    let weights = LossWeights {
        feature_matching: 2.0,
        perceptual: 5.0,
        pixel: 3.0,
    };
    let pass = |judged| GeneratorPass {
        image: Tensor::ones([1, 3, 1, 2], &device) * 0.5,
        pictures: &pictures,
        judged,
        vgg: None,
    };
    let (total, loss) = generator_loss(&pass(None), &weights);
    assert_eq!(loss.pixel, 0.5);
    assert_eq!((number(&total), loss.adversarial), (1.5, 0.0));

    let judged = Judged {
        real: judged([[0.0; 2]; 2]),
        fake: judged([[-2.0, -2.0], [-1.0, -1.0]]),
    };
    let (total, loss) = generator_loss(&pass(Some(judged)), &weights);
    let expected = GeneratorLoss {
        adversarial: 1.5,
        pixel: 0.5,
        ..GeneratorLoss::default()
    };
    assert_eq!(loss, expected);
    assert_eq!(number(&total), 1.5 + 3.0 * 0.5);
}

#[test]
fn names_are_those_of_the_fields() {
    let weights = LossWeights::default();
    let names = weights.parts().map(|(name, _)| name);
    assert_eq!(
        names,
        ["adversarial", "feature_matching", "perceptual", "pixel"]
    );
    assert_eq!(
        names,
        GeneratorLoss::default().parts().map(|(name, _)| name)
    );
    assert!(weights.needs_vgg() && !weights.without_vgg().needs_vgg());
}
