//! Presets: predefined network sizes.

use serde::{Deserialize, Serialize};

use super::{
    BackboneConfig, BackboneKind, Condition, DiscriminatorConfig, MergeConfig, MergeKind,
    NetworkConfig,
};

/// Predefined network sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The sizes of the papers.
    Paper,
    /// Smaller sizes, for real-time use on small machines.
    Small,
}

impl Preset {
    /// The sizes for pictures of `height` rows, with TLAM and ASAP-Net.
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
        MergeConfig::preset(kind, self)
    }

    /// The sizes of a backbone of this kind for pictures of `height` rows.
    pub fn backbone(self, kind: BackboneKind, height: usize) -> BackboneConfig {
        BackboneConfig::preset(kind, self, height)
    }
}
