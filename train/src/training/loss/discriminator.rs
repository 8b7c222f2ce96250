//! The discriminator's hinge loss for real and for generated pictures, each averaged over the scales.

use burn::tensor::{Tensor, activation::relu};
use serde::{Deserialize, Serialize};

use super::{
    Judged,
    distance::{judgement, mean_over},
    losses, number,
};

losses! {
    /// The discriminator's losses for real and generated pictures.
    DiscriminatorLoss {
        /// `max(0, 1 - D(real))`.
        real,
        /// `max(0, 1 + D(fake))`.
        fake,
    }
}

impl DiscriminatorLoss {
    /// The total, and both losses separately.
    pub(in crate::training) fn of(judged: &Judged) -> (Tensor<1>, Self) {
        let real = judged.real.iter();
        let real = mean_over(real.map(|features| relu(-judgement(features) + 1.0).mean()));
        let fake = judged.fake.iter();
        let fake = mean_over(fake.map(|features| relu(judgement(features) + 1.0).mean()));
        let loss = Self {
            real: number(&real),
            fake: number(&fake),
        };
        (real + fake, loss)
    }
}
