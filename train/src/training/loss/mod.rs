//! The losses (paper section 3.4, with the weights of SPADE). Each term of the generator's loss has a file here and a
//! line in the table below. Its name there is used in recipes, the log, TensorBoard and reports.

mod adversarial;
mod discriminator;
mod distance;
mod feature_matching;
mod gradient;
mod multi_scale;
mod perceptual;
mod pixel;
mod scales;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

pub use self::discriminator::DiscriminatorLoss;
use crate::net::{discriminator::Features, vgg::Vgg};

/// The network that a term of the generator's loss needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// None: such terms compare the pictures themselves. They are used in the warm-up, too.
    Nothing,
    /// The discriminator.
    Discriminator,
    /// The perceptual network.
    Vgg,
}

impl Needs {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Discriminator, Self::Vgg];
}

/// One term of the generator's loss.
trait LossTerm {
    /// The network it needs.
    const NEEDS: Needs;
    /// Its default weight.
    const DEFAULT_WEIGHT: f64 = 1.0;
    /// Whether it is computed and logged even if its weight is 0, where the network that it needs is used anyway.
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
    /// The discriminator's features of both, for terms that need them.
    pub(super) judged: Option<Judged>,
    /// The perceptual network, for terms that need it.
    pub(super) vgg: Option<&'a Vgg>,
    /// Side of the squares of pixels that are averaged for it.
    pub(super) perceptual_pool: usize,
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

/// Defines the structs with a field for each term: the losses and their weights.
macro_rules! terms {
    ($($(#[doc = $doc:literal])+ $name:ident => $term:path,)+) => {
        losses! {
            /// Terms of the generator's loss, unweighted.
            GeneratorLoss {
                $($(#[doc = $doc])+ $name,)+
            }
        }

        impl GeneratorLoss {
            /// The network that each term needs, in the order of the terms.
            pub const NEEDS: [Needs; [$(stringify!($name)),+].len()] =
                [$(<$term as LossTerm>::NEEDS),+];
        }

        /// Weights of the terms in the generator's loss. A term with weight 0 is not computed, and a network that none
        /// of the others needs is neither used nor trained.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct LossWeights {
            $($(#[doc = $doc])+ pub $name: f64,)+
        }

        /// Weights that a stage changes.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct LossChanges {
            $(
                $(#[doc = $doc])+
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<f64>,
            )+
        }

        impl LossChanges {
            /// Whether nothing changes.
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }

            /// The weights after the changes.
            #[must_use]
            pub fn apply_to(self, weights: LossWeights) -> LossWeights {
                LossWeights {
                    $($name: self.$name.unwrap_or(weights.$name),)+
                }
            }
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
                [$((stringify!($name), self.$name)),+]
            }

            /// The same weights, with 0 for terms whose needs are not `allowed`.
            fn only(self, allowed: impl Fn(Needs) -> bool) -> Self {
                Self {
                    $($name: match allowed(<$term as LossTerm>::NEEDS) {
                        true => self.$name,
                        false => 0.0,
                    },)+
                }
            }
        }

        /// The weighted sum of the terms with these needs, if there are any, which also writes them, unweighted, to
        /// `loss`.
        pub(super) fn generator_loss(
            pass: &GeneratorPass<'_>,
            needs: Needs,
            weights: &LossWeights,
            loss: &mut GeneratorLoss,
        ) -> Option<Tensor<1>> {
            let mut total: Option<Tensor<1>> = None;
            $(if <$term as LossTerm>::NEEDS == needs
                && (weights.$name > 0.0 || <$term as LossTerm>::IS_ALWAYS_LOGGED)
                && let Some(term) = <$term as LossTerm>::of(pass)
            {
                loss.$name = number(&term);
                let weighted = term * weights.$name;
                total = Some(match total {
                    Some(total) => total + weighted,
                    None => weighted,
                });
            })+
            total
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
    /// L1 distance between the pictures at four scales, each half as large as the one before. Not in the paper.
    multi_scale => multi_scale::MultiScale,
    /// L1 distance between the differences of neighbouring pixels, at the same scales. Not in the paper.
    gradient => gradient::Gradient,
}

impl LossWeights {
    /// Whether a term with a nonzero weight needs the perceptual network.
    pub fn needs_vgg(&self) -> bool {
        self.have(Needs::Vgg)
    }

    /// Whether a term with a nonzero weight needs the discriminator, which is trained then.
    pub fn needs_discriminator(&self) -> bool {
        self.have(Needs::Discriminator)
    }

    /// The same weights with 0 for the terms that need the perceptual network.
    #[must_use]
    pub fn without_vgg(self) -> Self {
        self.only(|needs| needs != Needs::Vgg)
    }

    /// The same weights with 0 for all terms that need another network.
    #[must_use]
    pub fn of_pictures(self) -> Self {
        self.only(|needs| needs == Needs::Nothing)
    }

    /// Whether a term with a nonzero weight needs this.
    pub(super) fn have(&self, needs: Needs) -> bool {
        self.names_needing(needs).any(|(_, weight)| weight > 0.0)
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
