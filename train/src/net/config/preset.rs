//! Sizes that users choose from.

use serde::{Deserialize, Serialize};

use super::{
    AsapConfig, BackboneConfig, BackboneKind, ClamConfig, Condition, DiscriminatorConfig,
    MergeConfig, MergeKind, NetworkConfig, Padding, Pix2PixConfig, Pix2PixHdConfig, SpadeConfig,
    TlamConfig,
};

/// Sizes that users choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The sizes of the papers.
    Paper,
    /// For pictures every frame on small machines.
    Small,
}

impl Preset {
    /// The sizes for pictures of `height` rows, with TLAM as the merge and ASAP-Net behind it.
    pub fn network(self, height: usize) -> NetworkConfig {
        NetworkConfig {
            merge: self.merge(MergeKind::Tlam),
            backbone: self.backbone(BackboneKind::Asap, height),
            discriminator: DiscriminatorConfig {
                width: match self {
                    Self::Paper => 64,
                    Self::Small => 32,
                },
                condition: Condition::Concept,
            },
        }
    }

    /// The sizes of a merge of this kind.
    pub fn merge(self, kind: MergeKind) -> MergeConfig {
        let (dimension, layers, heads, mlp_ratio) = match self {
            Self::Paper => (96, 3, 3, 4),
            Self::Small => (32, 1, 2, 2),
        };
        match kind {
            MergeKind::Tlam => MergeConfig::Tlam(TlamConfig {
                dimension,
                layers,
                heads,
                mlp_ratio,
            }),
            MergeKind::Clam => MergeConfig::Clam(ClamConfig { dimension, layers }),
            MergeKind::Naive => MergeConfig::Naive {},
            MergeKind::Semantics => MergeConfig::Semantics {},
        }
    }

    /// The sizes of a backbone of this kind for pictures of `height` rows.
    pub fn backbone(self, kind: BackboneKind, height: usize) -> BackboneConfig {
        let width = match self {
            Self::Paper => 64,
            Self::Small => 16,
        };
        match kind {
            BackboneKind::Asap => BackboneConfig::Asap(self.asap(height)),
            BackboneKind::Spade => BackboneConfig::Spade(SpadeConfig {
                width,
                hidden: 2 * width,
                initial_gain: match self {
                    Self::Paper => 0.02,
                    Self::Small => 1.0,
                },
            }),
            BackboneKind::Pix2pix => BackboneConfig::Pix2pix(Pix2PixConfig {
                width,
                // Down to one pixel for a square picture of up to 256 rows, as in the original.
                halvings: height.trailing_zeros().clamp(1, 8) as usize,
                initial_gain: 1.0,
            }),
            BackboneKind::Pix2pixHd => BackboneConfig::Pix2pixHd(Pix2PixHdConfig {
                width,
                halvings: 4,
                blocks: match self {
                    Self::Paper => 9,
                    Self::Small => 4,
                },
                initial_gain: 1.0,
            }),
        }
    }

    /// As in the original the tile follows the height, so that the grid of pixel networks has 16 rows
    /// (`paper`; at most 16 of the factor are learned) - see `docs/checkpoint.md`.
    fn asap(self, height: usize) -> AsapConfig {
        let tile = (height / 16).max(1).next_power_of_two();
        match self {
            Self::Paper => AsapConfig {
                tile,
                learned_downsampling: tile.min(16),
                width: 64,
                max_width: 1024,
                depth: 7,
                pixel_width: 64,
                padding: Padding::Zero,
                low_resolution_only: 0,
                initial_gain: 0.02,
                head_gain: 0.02,
                shared_start: false,
            },
            Self::Small => AsapConfig {
                tile: tile.min(8),
                learned_downsampling: tile.min(8),
                width: 32,
                max_width: 224,
                depth: 5,
                pixel_width: 32,
                padding: Padding::Zero,
                low_resolution_only: 0,
                initial_gain: 1.0,
                head_gain: 0.1,
                shared_start: true,
            },
        }
    }
}
