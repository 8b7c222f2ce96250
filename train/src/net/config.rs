//! Sizes of the networks, and the presets that users choose from.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::semantics::Semantics;
use crate::data::encoded_channels;

/// Sizes of every network that a training run needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct NetworkConfig {
    /// The merge of labels into the concept tensor.
    pub merge: MergeConfig,
    /// The way from the concept tensor to the picture.
    pub asap: AsapConfig,
    /// The judge that training plays against.
    pub discriminator: DiscriminatorConfig,
}

/// What makes the concept tensor of the labels: the paper's network, or one of its baselines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum MergeConfig {
    /// A transformer over the labels of a pixel.
    Tlam(TlamConfig),
    /// Dense layers for each label, and their mean.
    Clam(ClamConfig),
    /// The encoded labels side by side.
    Naive {},
    /// The encoded classes of the first categorical label; all other labels are ignored.
    Semantics {},
}

/// The kinds of merge, without their sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MergeKind {
    /// A transformer over the labels of a pixel: the paper's network.
    Tlam,
    /// Dense layers for each label, and their mean: the paper's strongest baseline.
    Clam,
    /// The encoded labels side by side.
    Naive,
    /// The first categorical label alone.
    Semantics,
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

/// Dense layers of its own for each label (paper section 4.2, "convolutional label merging").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClamConfig {
    /// Width of every layer, and channels of the concept tensor.
    pub dimension: usize,
    /// Layers of a label after its projection.
    pub layers: usize,
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
    /// The sizes for pictures of `height` rows, with TLAM as the merge.
    ///
    /// As in the original the tile follows the height, so that the grid of pixel networks has 16 rows
    /// (`paper`; at most 16 of the factor are learned) - see `docs/checkpoint.md`.
    pub fn network(self, height: usize) -> NetworkConfig {
        let tile = (height / 16).max(1).next_power_of_two();
        match self {
            Self::Paper => NetworkConfig {
                merge: self.merge(MergeKind::Tlam),
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
                merge: self.merge(MergeKind::Tlam),
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
}

impl MergeKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Tlam, Self::Clam, Self::Naive, Self::Semantics];

    /// The name in recipes, in manifests and of the tensors in checkpoints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tlam => "tlam",
            Self::Clam => "clam",
            Self::Naive => "naive",
            Self::Semantics => "semantics",
        }
    }
}

impl MergeConfig {
    /// The kind.
    pub fn kind(&self) -> MergeKind {
        match self {
            Self::Tlam(_) => MergeKind::Tlam,
            Self::Clam(_) => MergeKind::Clam,
            Self::Naive {} => MergeKind::Naive,
            Self::Semantics {} => MergeKind::Semantics,
        }
    }

    /// Channels of the concept tensor that it makes of these labels; none where `semantics` finds no
    /// categorical label.
    pub fn concept_channels(&self, labels: &[Label]) -> usize {
        match self {
            Self::Tlam(TlamConfig { dimension, .. }) | Self::Clam(ClamConfig { dimension, .. }) => {
                *dimension
            }
            Self::Naive {} => encoded_channels(labels),
            Self::Semantics {} => Semantics::of(labels).map_or(0, |semantics| semantics.channels),
        }
    }

    fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError { field, reason });
        match *self {
            Self::Tlam(TlamConfig {
                dimension, heads, ..
            }) if heads == 0 || dimension == 0 || !dimension.is_multiple_of(heads) => fail(
                "merge.dimension",
                format!("{dimension} is no multiple of {heads} heads"),
            ),
            Self::Tlam(TlamConfig { mlp_ratio: 0, .. }) => {
                fail("merge.mlp_ratio", "must be at least 1".into())
            }
            Self::Clam(ClamConfig { dimension: 0, .. }) => {
                fail("merge.dimension", "must be at least 1".into())
            }
            Self::Semantics {} if Semantics::of(labels).is_none() => fail(
                "merge.kind",
                "`semantics` needs a categorical label, and there is none".into(),
            ),
            _ => Ok(()),
        }
    }
}

impl NetworkConfig {
    /// Checks that the sizes fit together and that these labels can be merged.
    pub fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError { field, reason });
        self.merge.validate(labels)?;
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
            Condition::Concept => self.merge.concept_channels(labels),
            Condition::Labels => encoded_channels(labels),
        }
    }
}

/// A `[network]` table as it may be written. Until there was a choice, TLAM's sizes had a table of
/// their own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    merge: Option<MergeConfig>,
    tlam: Option<TlamConfig>,
    asap: AsapConfig,
    discriminator: DiscriminatorConfig,
}

impl TryFrom<Written> for NetworkConfig {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let merge = match (written.merge, written.tlam) {
            (Some(merge), None) => merge,
            (None, Some(tlam)) => MergeConfig::Tlam(tlam),
            (None, None) => return Err("missing field `merge`"),
            (Some(_), Some(_)) => {
                return Err("`merge` and `tlam`, its old name, exclude each other");
            }
        };
        Ok(Self {
            merge,
            asap: written.asap,
            discriminator: written.discriminator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid_at_common_sizes() {
        let labels = [Label::semantics(["a"])];
        for preset in [Preset::Paper, Preset::Small] {
            for height in [64, 128, 256, 512, 1024] {
                for kind in MergeKind::ALL {
                    let mut network = preset.network(height);
                    network.merge = preset.merge(kind);
                    network.validate(&labels).expect("preset is valid");
                    assert_eq!(network.merge.kind(), kind);
                }
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
        let mut refused = |merge, labels: &[Label]| {
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
            refused(MergeConfig::Tlam(tlam), &[]),
            "network.merge.dimension: 32 is no multiple of 3 heads"
        );
        assert_eq!(
            refused(MergeConfig::Semantics {}, &[Label::depth()]),
            "network.merge.kind: `semantics` needs a categorical label, and there is none"
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
        [asap]
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
    }

    #[test]
    fn the_old_name_of_the_merge_is_read() {
        let sizes = "dimension = 32\nlayers = 1\nheads = 2\nmlp_ratio = 2";
        let old = parse(&format!("[tlam]\n{sizes}")).expect("the old form");
        assert_eq!(old, Preset::Small.network(128));
        assert_eq!(Ok(old), parse(&format!("[merge]\nkind = 'tlam'\n{sizes}")));
    }

    #[test]
    fn merges_that_cannot_be_meant_are_refused() {
        let clam = "[merge]\nkind = 'clam'\ndimension = 32\n";
        for (merge, expected) in [
            ("", "missing field `merge`"),
            (&format!("{clam}layers = 1\nheads = 2")[..], "heads"),
            (clam, "missing field `layers`"),
            ("[merge]\nkind = 'naive'\ndimension = 32", "dimension"),
            ("[merge]\nkind = 'other'", "other"),
            (
                "[merge]\nkind = 'naive'\n[tlam]\ndimension = 32\nlayers = 1\nheads = 2\nmlp_ratio = 2",
                "exclude each other",
            ),
        ] {
            let error = parse(merge).expect_err(merge);
            assert!(error.contains(expected), "{merge}: {error}");
        }
    }
}
