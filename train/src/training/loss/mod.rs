//! The losses (paper section 3.4, with the weights of SPADE). Each term of the generator's loss has a file here and a
//! line in the table below. Its name there is used in recipes, the log, TensorBoard and reports.

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

/// The network that a term of the generator's loss needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// None; such terms are used in the warm-up, too.
    Nothing,
    /// The discriminator.
    Discriminator,
    /// The perceptual network.
    Vgg,
}

/// One term of the generator's loss.
trait LossTerm {
    /// The network it needs.
    const NEEDS: Needs;
    /// Its default weight.
    const DEFAULT_WEIGHT: f64 = 1.0;
    /// Whether it is computed and logged even if its weight is 0.
    const IS_ALWAYS_LOGGED: bool = false;

    /// The unweighted loss, or `None` if the network it needs is absent.
    fn of(pass: &GeneratorPass<'_>) -> Option<Tensor<1>>;
}

/// The inputs of the generator's loss.
pub(super) struct GeneratorPass<'a> {
    /// The generated pictures.
    pub(super) image: Tensor<4>,
    /// The ground truth.
    pub(super) pictures: &'a Tensor<4>,
    /// The discriminator's features of both; `None` in the warm-up.
    pub(super) judged: Option<Judged>,
    /// The perceptual network, if it is used; `None` in the warm-up.
    pub(super) vgg: Option<&'a Vgg>,
}

/// The discriminator's features, one item per scale.
pub(super) struct Judged {
    /// Of the real pictures.
    pub(super) real: Vec<Features>,
    /// Of the generated pictures.
    pub(super) fake: Vec<Features>,
}

/// Defines a struct with one loss per field.
macro_rules! losses {
    ($(#[$meta:meta])* $loss:ident { $($(#[doc = $doc:literal])+ $name:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        // A log that was written before a term existed lacks it.
        #[serde(default)]
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

/// Defines the structs with a field for each term: the losses, and the weights of all terms but the first.
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
            /// The network that each term needs, in the order of the terms.
            pub const NEEDS: [Needs; [stringify!($first), $(stringify!($name)),+].len()] =
                [<$first_term as LossTerm>::NEEDS, $(<$term as LossTerm>::NEEDS),+];
        }

        /// Weights of the terms in the generator's loss; the adversarial term always has weight 1.
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

            /// The same weights with 0 for the terms that need the perceptual network.
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

        /// The weighted sum of the terms that can be computed, and the unweighted terms.
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
    /// The negated output of the discriminator, `-D(fake)`.
    adversarial => adversarial::Adversarial,
    /// Distance between the discriminator's features.
    feature_matching => feature_matching::FeatureMatching,
    /// Distance between VGG features; a weight of 0 trains without VGG weights.
    perceptual => perceptual::Perceptual,
    /// L1 distance between the pictures. Not in the paper; helps short runs to learn colours and shapes.
    pixel => pixel::Pixel,
}

impl LossWeights {
    /// Whether a term with a nonzero weight needs the perceptual network.
    pub fn needs_vgg(&self) -> bool {
        self.names_needing(Needs::Vgg)
            .any(|(_, weight)| weight > 0.0)
    }

    /// The names and weights of the terms that need this.
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
