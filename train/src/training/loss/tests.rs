//! Tests of the losses against values calculated by hand.

use burn::tensor::{Device, Tensor};

use super::{
    DiscriminatorLoss, GeneratorLoss, GeneratorPass, Judged, LossTerm, LossWeights, Needs,
    adversarial::adversarial, feature_matching::feature_matching, generator_loss,
    gradient::Gradient, multi_scale::MultiScale, number, perceptual::perceptual,
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
        adversarial: 0.5,
        feature_matching: 2.0,
        perceptual: 5.0,
        pixel: 3.0,
        ..LossWeights::default()
    };
    let total = |judged: Option<Judged>, needs| {
        let pass = GeneratorPass {
            image: Tensor::ones([1, 3, 1, 2], &device) * 0.5,
            pictures: &pictures,
            judged,
            vgg: None,
            perceptual_pool: 1,
        };
        let mut loss = GeneratorLoss::default();
        let total = generator_loss(&pass, needs, &weights, &mut loss);
        (total.map(|total| number(&total)), loss)
    };
    let pixel = GeneratorLoss {
        pixel: 0.5,
        ..GeneratorLoss::default()
    };
    assert_eq!(total(None, Needs::Nothing), (Some(1.5), pixel));
    for needs in [Needs::Discriminator, Needs::Vgg] {
        assert_eq!(total(None, needs), (None, GeneratorLoss::default()));
    }
    let judged = Judged {
        real: judged([[0.0; 2]; 2]),
        fake: judged([[-2.0, -2.0], [-1.0, -1.0]]),
    };
    let adversarial = GeneratorLoss {
        adversarial: 1.5,
        ..GeneratorLoss::default()
    };
    assert_eq!(
        total(Some(judged), Needs::Discriminator),
        (Some(0.75), adversarial)
    );
}

/// A term of pictures alone, and its gradient at the generated picture.
fn of_pictures<Term: LossTerm>(fake: [[f32; 4]; 4], real: [[f32; 4]; 4]) -> (f32, Vec<f32>) {
    let device = Device::flex().autodiff();
    let picture =
        |values: [[f32; 4]; 4]| Tensor::<2>::from_floats(values, &device).reshape([1, 1, 4, 4]);
    let (image, pictures) = (picture(fake).require_grad(), picture(real));
    let pass = GeneratorPass {
        image: image.clone(),
        pictures: &pictures,
        judged: None,
        vgg: None,
        perceptual_pool: 1,
    };
    let loss = Term::of(&pass).expect("needs pictures only");
    let gradient = image.grad(&loss.backward()).expect("has a gradient");
    (number(&loss), gradient.into_data().iter::<f32>().collect())
}

#[test]
fn terms_at_several_scales_calculated_by_hand() {
    // One pixel of 16 is wrong by 1. Four pixels leave two scales: 4x4, whose mean is 1/16, and 2x2 with one value of
    // 1/4, whose mean is 1/16 too.
    let zeros = [[0.0; 4]; 4];
    let mut corner = zeros;
    corner[0][0] = 1.0;
    let (loss, gradient) = of_pictures::<MultiScale>(corner, zeros);
    assert_eq!(loss, 1.0 / 16.0);
    // Half of the sum over both scales: 1/16 for the pixel itself, and 1/4 of 1/4 for its square.
    assert_eq!(gradient[0], 0.5 * (1.0 / 16.0 + 1.0 / 16.0));
    assert_eq!(gradient[1], 0.5 / 16.0);
    assert_eq!(gradient[2], 0.0);

    // It has one wrong difference each way: of 12 at full size, of 2 at half size, where it is 1/4.
    let (loss, gradient) = of_pictures::<Gradient>(corner, zeros);
    let expected = (2.0 / 12.0 + 2.0 * 0.25 / 2.0) / 2.0;
    assert!((loss - expected).abs() < 1e-7, "{loss}");
    assert!((gradient[0] - expected).abs() < 1e-7, "{gradient:?}");

    // A constant error is the same at each scale, and has no gradients.
    let (loss, _) = of_pictures::<MultiScale>([[0.75; 4]; 4], [[0.25; 4]; 4]);
    assert_eq!(loss, 0.5);
    let (loss, _) = of_pictures::<Gradient>([[0.75; 4]; 4], [[0.25; 4]; 4]);
    assert_eq!(loss, 0.0);
}

#[test]
fn gradients_of_terms_of_pictures_are_differences() {
    fn check<Term: LossTerm>() {
        let real = [[0.0; 4]; 4];
        let value = |row: usize, column: usize| ((5 * row + 3 * column * column) % 7) as f32 / 8.0;
        let fake: [[f32; 4]; 4] =
            std::array::from_fn(|row| std::array::from_fn(|column| value(row, column) - 0.3));
        let (_, gradient) = of_pictures::<Term>(fake, real);
        for (index, gradient) in gradient.into_iter().enumerate() {
            let at = |by: f32| {
                let mut moved = fake;
                moved[index / 4][index % 4] += by;
                of_pictures::<Term>(moved, real).0
            };
            let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!(
                (difference - gradient).abs() < 1e-4,
                "{index}: {difference}, {gradient}"
            );
        }
    }
    check::<MultiScale>();
    check::<Gradient>();
}

#[test]
fn names_are_those_of_the_fields() {
    let weights = LossWeights::default();
    let names = weights.parts().map(|(name, _)| name);
    let expected = [
        "adversarial",
        "feature_matching",
        "perceptual",
        "pixel",
        "multi_scale",
        "gradient",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        names,
        GeneratorLoss::default().parts().map(|(name, _)| name)
    );
    assert!(weights.needs_vgg() && !weights.without_vgg().needs_vgg());
    assert!(weights.without_vgg().needs_discriminator());
    assert!(!weights.of_pictures().needs_discriminator());
}
