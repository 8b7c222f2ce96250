//! The losses (paper section 3.4, with the weights of SPADE). A term of the generator's loss is a file here
//! and a line in the table below; recipes, the log, TensorBoard and reports know it by its name.

mod adversarial;
mod discriminator;
mod distance;
mod feature_matching;
mod perceptual;
mod pixel;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

pub use self::discriminator::DiscriminatorLoss;
use crate::net::{discriminator::Features, vgg::Vgg};

/// What a term of the generator's loss is computed from, beside the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is there in the warm-up, too.
    Nothing,
    /// The discriminator.
    Discriminator,
    /// The perceptual network.
    Vgg,
}

/// One term of the generator's loss.
trait LossTerm {
    /// What it is computed from, beside the pictures.
    const NEEDS: Needs;
    /// Its weight where a recipe does not say.
    const DEFAULT_WEIGHT: f64 = 1.0;
    /// Whether it is logged where its weight is 0.
    const IS_ALWAYS_LOGGED: bool = false;

    /// The unweighted loss; none where what it needs is not there.
    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>>;
}

/// What the generator's loss is computed from.
pub(super) struct GeneratorPass<'a> {
    /// The generated pictures.
    pub(super) image: Tensor<4>,
    /// The real ones.
    pub(super) pictures: &'a Tensor<4>,
    /// What the discriminator makes of both; none in the warm-up.
    pub(super) judged: Option<Judged>,
    /// The perceptual network, if it is wanted; none in the warm-up.
    pub(super) vgg: Option<&'a Vgg>,
}

/// Features of the discriminator, scale by scale.
pub(super) struct Judged {
    /// Of the real pictures.
    pub(super) real: Vec<Features>,
    /// Of the generated ones.
    pub(super) fake: Vec<Features>,
}

/// Makes a struct of losses by name.
macro_rules! losses {
    ($(#[$meta:meta])* $loss:ident { $($(#[doc = $doc:literal])+ $name:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $loss {
            $($(#[doc = $doc])+ pub $name: f32,)+
        }

        impl $loss {
            /// The losses with their names.
            pub fn parts(&self) -> [(&'static str, f32); [$(stringify!($name)),+].len()] {
                [$((stringify!($name), self.$name)),+]
            }

            /// The mean of each.
            pub(in crate::training) fn mean(losses: &[Self]) -> Self {
                let mean = |part: fn(&Self) -> f32| {
                    let count = losses.len().max(1) as f32;
                    losses.iter().map(part).sum::<f32>() / count
                };
                Self {
                    $($name: mean(|loss| loss.$name),)+
                }
            }
        }
    };
}
use losses;

/// Makes what has a field for each term: the losses, and the weights of all but the first.
macro_rules! terms {
    (
        $(#[doc = $first_doc:literal])+ $first:ident => $first_term:path,
        $($(#[doc = $doc:literal])+ $name:ident => $term:path,)+
    ) => {
        losses! {
            /// Terms of the generator's loss, unweighted.
            GeneratorLoss {
                $(#[doc = $first_doc])+ $first,
                $($(#[doc = $doc])+ $name,)+
            }
        }

        impl GeneratorLoss {
            /// What each term needs, in their order.
            pub const NEEDS: [Needs; [stringify!($first), $(stringify!($name)),+].len()] =
                [<$first_term as LossTerm>::NEEDS, $(<$term as LossTerm>::NEEDS),+];
        }

        /// How much each term counts in the generator's loss, beside the adversarial term's 1.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct LossWeights {
            $($(#[doc = $doc])+ pub $name: f64,)+
        }

        impl Default for LossWeights {
            fn default() -> Self {
                Self {
                    $($name: <$term as LossTerm>::DEFAULT_WEIGHT,)+
                }
            }
        }

        impl LossWeights {
            /// The weights of all terms with their names.
            pub fn parts(&self) -> [(&'static str, f64); GeneratorLoss::NEEDS.len()] {
                [
                    (stringify!($first), <$first_term as LossTerm>::DEFAULT_WEIGHT),
                    $((stringify!($name), self.$name)),+
                ]
            }

            /// The same weights, but 0 for terms that need the perceptual network.
            #[must_use]
            pub fn without_vgg(self) -> Self {
                Self {
                    $($name: match <$term as LossTerm>::NEEDS {
                        Needs::Vgg => 0.0,
                        _ => self.$name,
                    },)+
                }
            }
        }

        /// The weighted sum of the terms that can be computed, and each of them without its weight.
        pub(super) fn generator_loss(
            pass: &GeneratorPass<'_>,
            weights: &LossWeights,
        ) -> (Tensor<1>, GeneratorLoss) {
            let (mut total, mut loss) = (None, GeneratorLoss::default());
            if let Some(term) = <$first_term as LossTerm>::of(pass) {
                loss.$first = number(&term);
                total = Some(term);
            }
            $(if (weights.$name > 0.0 || <$term as LossTerm>::IS_ALWAYS_LOGGED)
                && let Some(term) = <$term as LossTerm>::of(pass)
            {
                loss.$name = number(&term);
                let weighted = term * weights.$name;
                total = Some(match total {
                    Some(total) => total + weighted,
                    None => weighted,
                });
            })+
            let total = total.expect("a valid configuration has a loss at every step");
            (total, loss)
        }
    };
}

terms! {
    /// The negated judgement of the discriminator, `-D(fake)`.
    adversarial => adversarial::Adversarial,
    /// Distance between the discriminator's features.
    feature_matching => feature_matching::FeatureMatching,
    /// Distance between VGG features; a weight of 0 trains without VGG weights.
    perceptual => perceptual::Perceptual,
    /// L1 distance between the pictures themselves. The paper has none; it shows a short run where colours
    /// and shapes go.
    pixel => pixel::Pixel,
}

impl LossWeights {
    /// Whether a term counts that needs the perceptual network.
    pub fn needs_vgg(&self) -> bool {
        self.names_needing(Needs::Vgg)
            .any(|(_, weight)| weight > 0.0)
    }

    /// The terms that need this, with their weights.
    pub(super) fn names_needing(&self, needs: Needs) -> impl Iterator<Item = (&'static str, f64)> {
        let terms = self.parts().into_iter().zip(GeneratorLoss::NEEDS);
        terms
            .filter(move |(_, needed)| *needed == needs)
            .map(|(part, _)| part)
    }
}

fn number(loss: &Tensor<1>) -> f32 {
    loss.clone().into_scalar()
}
