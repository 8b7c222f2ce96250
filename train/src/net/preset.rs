//! Presets: predefined network sizes.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{
    BackboneConfig, BackboneKind, Condition, DiscriminatorConfig, MergeConfig, MergeKind,
    NetworkConfig, hints::is_colour,
};

/// Predefined network sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// For pictures in every frame of a program: a small U-Net
    Fast,
    /// The best pictures that a small machine can train and run: a larger U-Net
    Balanced,
    /// The sizes of the papers
    Paper,
    /// The networks of the paper, but smaller, for studies
    Small,
}

impl Preset {
    /// The sizes for pictures of `height` rows, with TLAM and the preset's backbone, without hints.
    pub fn network(self, height: usize) -> NetworkConfig {
        NetworkConfig {
            confidence: self.is_ours(),
            merge: self.merge(MergeKind::Tlam),
            hints: Vec::new(),
            backbone: self.backbone(self.backbone_kind(), height),
            discriminator: DiscriminatorConfig {
                width: match self {
                    Self::Paper => 64,
                    _ => 32,
                },
                condition: Condition::Concept,
            },
        }
    }

    /// Whether the preset is not one of the paper's networks, so that it can have what those lack.
    fn is_ours(self) -> bool {
        matches!(self, Self::Fast | Self::Balanced)
    }

    /// The backbone of the preset, unless a recipe chooses another.
    fn backbone_kind(self) -> BackboneKind {
        match self {
            Self::Paper | Self::Small => BackboneKind::Asap,
            Self::Fast | Self::Balanced => BackboneKind::Unet,
        }
    }

    /// The hints of the preset, unless a recipe chooses others: our own presets take every colour, the paper has none.
    pub fn hints(self, labels: &[Label]) -> Vec<String> {
        let hints = labels
            .iter()
            .filter(|label| self.is_ours() && is_colour(label));
        hints.map(|label| label.name.clone()).collect()
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
