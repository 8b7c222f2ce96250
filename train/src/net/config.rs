//! Sizes of the networks, and the presets that users choose from.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

/// Sizes of every network that a training run needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// The merge of labels into the concept tensor.
    pub tlam: TlamConfig,
    /// The way from the concept tensor to the picture.
    pub asap: AsapConfig,
    /// The judge that training plays against.
    pub discriminator: DiscriminatorConfig,
}

/// The pixel-wise transformer over label tokens (paper section 3.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlamConfig {
    /// Numbers a token, and channels of the concept tensor. A multiple of `heads`.
    pub dimension: usize,
    /// Transformer blocks.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Width of a block's hidden layer, in units of `dimension`.
    pub mlp_ratio: usize,
}

/// ASAP-Net (Shaham et al. 2021): a low-resolution stream that predicts a small network a tile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsapConfig {
    /// Side of a tile in pixels, a power of two: pixels that share one pixel network.
    pub tile: usize,
    /// How much of the tile's factor convolutions of stride 2 do; a fixed filter does the rest.
    pub learned_downsampling: usize,
    /// Channels of the low-resolution stream before its last halving.
    pub width: usize,
    /// Channels after it.
    pub max_width: usize,
    /// Convolutions at the lowest resolution.
    pub depth: usize,
    /// Hidden channels of the pixel network.
    pub pixel_width: usize,
    /// Gain of the Xavier-normal start of all convolutions. The original uses 0.02.
    pub initial_gain: f64,
    /// Gain of the convolution that predicts the pixel networks.
    pub head_gain: f64,
    /// Start all pixel networks from one shared random network, held by the bias of that convolution,
    /// instead of from zero. Short runs learn much sooner.
    pub shared_start: bool,
}

/// The patch discriminator on two scales (Wang et al. 2018, Park et al. 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Channels after the first convolution.
    pub width: usize,
    /// What the discriminator sees beside the picture.
    pub condition: Condition,
}

/// What the discriminator sees beside the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// The concept tensor, as the paper's text says.
    Concept,
    /// The encoded labels, as the caption of its figure 3 says.
    Labels,
}

/// Sizes that users choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The sizes of the paper.
    Paper,
    /// For pictures every frame on small machines.
    Small,
}

/// Sizes that do not fit together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("network.{field}: {reason}")]
pub struct NetworkConfigError {
    field: &'static str,
    reason: String,
}

impl Preset {
    /// The sizes for pictures of `height` rows.
    ///
    /// As in the original the tile follows the height, so that the grid of pixel networks has 16 rows
    /// (`paper`; at most 16 of the factor are learned) - see `docs/checkpoint.md`.
    pub fn network(self, height: usize) -> NetworkConfig {
        let tile = (height / 16).max(1).next_power_of_two();
        match self {
            Self::Paper => NetworkConfig {
                tlam: TlamConfig {
                    dimension: 96,
                    layers: 3,
                    heads: 3,
                    mlp_ratio: 4,
                },
                asap: AsapConfig {
                    tile,
                    learned_downsampling: tile.min(16),
                    width: 64,
                    max_width: 1024,
                    depth: 7,
                    pixel_width: 64,
                    initial_gain: 0.02,
                    head_gain: 0.02,
                    shared_start: false,
                },
                discriminator: DiscriminatorConfig {
                    width: 64,
                    condition: Condition::Concept,
                },
            },
            Self::Small => NetworkConfig {
                tlam: TlamConfig {
                    dimension: 32,
                    layers: 1,
                    heads: 2,
                    mlp_ratio: 2,
                },
                asap: AsapConfig {
                    tile: tile.min(8),
                    learned_downsampling: tile.min(8),
                    width: 32,
                    max_width: 224,
                    depth: 5,
                    pixel_width: 32,
                    initial_gain: 1.0,
                    head_gain: 0.1,
                    shared_start: true,
                },
                discriminator: DiscriminatorConfig {
                    width: 32,
                    condition: Condition::Concept,
                },
            },
        }
    }
}

impl NetworkConfig {
    /// Checks that the sizes fit together.
    pub fn validate(&self) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError { field, reason });
        let TlamConfig {
            dimension, heads, ..
        } = self.tlam;
        if heads == 0 || dimension == 0 || !dimension.is_multiple_of(heads) {
            return fail(
                "tlam.dimension",
                format!("{dimension} is no multiple of {heads} heads"),
            );
        }
        if self.tlam.mlp_ratio == 0 {
            return fail("tlam.mlp_ratio", "must be at least 1".into());
        }
        let asap = &self.asap;
        if !asap.tile.is_power_of_two() || !(2..=1024).contains(&asap.tile) {
            return fail(
                "asap.tile",
                format!("{} is no power of two from 2 to 1024", asap.tile),
            );
        }
        let learned = asap.learned_downsampling;
        if !learned.is_power_of_two() || !(2..=asap.tile).contains(&learned) {
            return fail(
                "asap.learned_downsampling",
                format!(
                    "{learned} is no power of two from 2 to the tile, {}",
                    asap.tile
                ),
            );
        }
        if [
            asap.width,
            asap.max_width,
            asap.pixel_width,
            self.discriminator.width,
        ]
        .contains(&0)
        {
            return fail("asap", "widths must be at least 1".into());
        }
        Ok(())
    }

    /// Channels that the discriminator sees beside the picture.
    pub fn condition_channels(&self, labels: &[Label]) -> usize {
        match self.discriminator.condition {
            Condition::Concept => self.tlam.dimension,
            Condition::Labels => labels.iter().map(Label::network_channels).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_at_common_sizes() {
        for preset in [Preset::Paper, Preset::Small] {
            for height in [64, 128, 256, 512, 1024] {
                preset.network(height).validate().expect("preset is valid");
            }
        }
    }

    #[test]
    fn paper_tile_gives_sixteen_rows() {
        let asap = Preset::Paper.network(512).asap;
        assert_eq!((asap.tile, asap.learned_downsampling), (32, 16));
    }

    #[test]
    fn errors_name_the_field() {
        let mut network = Preset::Small.network(128);
        network.tlam.heads = 3;
        let error = network.validate().expect_err("32 is no multiple of 3");
        assert_eq!(
            error.to_string(),
            "network.tlam.dimension: 32 is no multiple of 3 heads"
        );
    }
}
