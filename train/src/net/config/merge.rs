//! Sizes of the merge of labels into the concept tensor.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::NetworkConfigError;
use crate::{data::encoded_channels, net::semantics::Semantics};

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

    pub(super) fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
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
