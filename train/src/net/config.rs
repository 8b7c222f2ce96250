//! Configuration of the networks, and its validation against the labels.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{BackboneConfig, BackboneKind, MergeConfig, hints};
use crate::data::encoded_channels;

/// Configuration of all networks in a training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Whether the model takes a confidence for each label and pixel, which its encoded value and its presence are
    /// multiplied by.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidence: bool,
    /// The merge, from the labels to the concept tensor.
    pub merge: MergeConfig,
    /// Names of the colour labels that are added to the picture, most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The backbone, from the concept tensor to the picture.
    pub backbone: BackboneConfig,
    /// The discriminator of adversarial training.
    pub discriminator: DiscriminatorConfig,
}

/// The multi-scale patch discriminator (Wang et al. 2018, Park et al. 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Channels after the first convolution.
    pub width: usize,
    /// The second input of the discriminator.
    pub condition: Condition,
}

/// The second input of the discriminator, besides the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// The concept tensor, as in the text of the paper.
    Concept,
    /// The encoded labels, as in the caption of the paper's figure 3.
    Labels,
}

/// An invalid network configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("network.{field}: {reason}")]
pub struct NetworkConfigError {
    field: &'static str,
    reason: String,
}

impl NetworkConfigError {
    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self {
            field,
            reason: reason.into(),
        }
    }
}

impl NetworkConfig {
    /// The name of the system in manifests: the merge, and the backbone unless it is the paper's.
    pub fn system(&self) -> String {
        let merge = self.merge.kind().name();
        match self.backbone.kind() {
            BackboneKind::Asap => merge.into(),
            other => format!("{merge}+{}", other.name()),
        }
    }

    /// Checks that the sizes are consistent and that these labels can be merged.
    pub fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
        self.merge.validate(labels)?;
        hints::validate(&self.hints, labels)?;
        self.backbone.validate(self.concept_channels(labels))?;
        if self.discriminator.width == 0 {
            return Err(NetworkConfigError::new(
                "discriminator.width",
                "must be at least 1",
            ));
        }
        Ok(())
    }

    /// Number of channels of the concept tensor: the merge's and the hint's.
    pub fn concept_channels(&self, labels: &[Label]) -> usize {
        self.merge.concept_channels(labels) + hints::channels(self.hints.len())
    }

    /// Number of channels of the discriminator's second input.
    pub fn condition_channels(&self, labels: &[Label]) -> usize {
        match self.discriminator.condition {
            Condition::Concept => self.concept_channels(labels),
            Condition::Labels => encoded_channels(labels),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{
        MergeKind, Preset,
        merge::{semantics::SemanticsConfig, tlam::TlamConfig},
    };

    #[test]
    fn presets_are_valid_at_common_sizes() {
        let labels = [Label::semantics(["a"])];
        for preset in [Preset::Fast, Preset::Balanced, Preset::Paper, Preset::Small] {
            for height in [64, 128, 256, 512, 1024] {
                let mut network = preset.network(height);
                for kind in MergeKind::ALL {
                    network.merge = preset.merge(kind);
                    network.validate(&labels).expect("preset is valid");
                    assert_eq!(network.merge.kind(), kind);
                }
                for kind in BackboneKind::ALL {
                    network.backbone = preset.backbone(kind, height);
                    network.validate(&labels).expect("preset is valid");
                    assert_eq!(network.backbone.kind(), kind);
                    assert!(network.backbone.smallest_side() <= height);
                }
            }
        }
    }

    #[test]
    fn paper_tile_gives_sixteen_rows() {
        let BackboneConfig::Asap(asap) = Preset::Paper.network(512).backbone else {
            panic!("ASAP-Net is the default")
        };
        assert_eq!((asap.tile, asap.learned_downsampling), (32, 16));
    }

    #[test]
    fn errors_name_the_field() {
        let mut network = Preset::Small.network(128);
        let mut rejected = |merge, labels: &[Label]| {
            network.merge = merge;
            let error = network.validate(labels).expect_err("does not fit");
            error.to_string()
        };
        let tlam = TlamConfig {
            dimension: 32,
            layers: 1,
            heads: 3,
            mlp_ratio: 2,
        };
        assert_eq!(
            rejected(MergeConfig::Tlam(tlam), &[]),
            "network.merge.dimension: 32 is not a multiple of 3 heads"
        );
        assert_eq!(
            rejected(
                MergeConfig::Semantics(SemanticsConfig {}),
                &[Label::depth()]
            ),
            "network.merge.kind: `semantics` needs a categorical label, but there is none"
        );
    }

    #[test]
    fn channels_of_the_concept_tensor() {
        let labels = [
            Label::depth(),
            Label::semantics(["a", "b"]),
            Label::normals(),
        ];
        let channels = MergeKind::ALL.map(|kind| {
            let merge = Preset::Paper.merge(kind);
            merge.concept_channels(&labels)
        });
        assert_eq!(channels, [96, 96, 2 + 3 + 4, 3]);
    }

    const REST: &str = "
        [backbone]
        kind = 'asap'
        tile = 8
        learned_downsampling = 8
        width = 32
        max_width = 224
        depth = 5
        pixel_width = 32
        initial_gain = 1.0
        head_gain = 0.1
        shared_start = true
        [discriminator]
        width = 32
        condition = 'concept'";

    fn parse(merge: &str) -> Result<NetworkConfig, String> {
        toml::from_str(&format!("{merge}{REST}")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_has_a_written_form() {
        for kind in MergeKind::ALL {
            let mut network = Preset::Small.network(128);
            network.merge = Preset::Small.merge(kind);
            let text = toml::to_string(&network).expect("serialises");
            let said = format!("[merge]\nkind = \"{}\"", kind.name());
            assert!(text.contains(&said), "{text}");
            assert_eq!(toml::from_str(&text), Ok(network));
        }
        for kind in BackboneKind::ALL {
            let mut network = Preset::Small.network(128);
            network.backbone = Preset::Small.backbone(kind, 128);
            let text = toml::to_string(&network).expect("serialises");
            let said = format!("[backbone]\nkind = \"{}\"", kind.name());
            assert!(text.contains(&said), "{text}");
            assert_eq!(toml::from_str(&text), Ok(network));
        }
    }

    #[test]
    fn misspelt_merges_are_rejected() {
        let clam = "[merge]\nkind = 'clam'\ndimension = 32\n";
        for (merge, expected) in [
            ("", "missing field `merge`"),
            (&format!("{clam}layers = 1\nheads = 2")[..], "heads"),
            (clam, "missing field `layers`"),
            ("[merge]\nkind = 'naive'\ndimension = 32", "dimension"),
            ("[merge]\nkind = 'other'", "other"),
            ("[merge]\nkind = 'naive'\n[other]\nwidth = 32", "other"),
        ] {
            let error = parse(merge).expect_err(merge);
            assert!(error.contains(expected), "{merge}: {error}");
        }
    }
}
