//! Configuration of TLAM.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{super::MergeSizes, cost};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// The per-pixel transformer over label tokens (paper section 3.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlamConfig {
    /// Dimension of tokens, and channels of the concept tensor. A multiple of `heads`.
    pub dimension: usize,
    /// Number of transformer blocks.
    pub layers: usize,
    /// Number of attention heads.
    pub heads: usize,
    /// Width of a block's hidden layer, in units of `dimension`.
    pub mlp_ratio: usize,
}

impl MergeSizes for TlamConfig {
    fn preset(preset: Preset) -> Self {
        match preset {
            Preset::Paper => Self {
                dimension: 96,
                layers: 3,
                heads: 3,
                mlp_ratio: 4,
            },
            Preset::Small | Preset::Balanced => Self {
                dimension: 32,
                layers: 1,
                heads: 2,
                mlp_ratio: 2,
            },
            Preset::Fast => Self {
                dimension: 16,
                layers: 1,
                heads: 2,
                mlp_ratio: 2,
            },
        }
    }

    fn validate(&self, _: &[Label]) -> Result<(), NetworkConfigError> {
        let (dimension, heads) = (self.dimension, self.heads);
        if heads == 0 || dimension == 0 || !dimension.is_multiple_of(heads) {
            return Err(NetworkConfigError::new(
                "merge.dimension",
                format!("{dimension} is not a multiple of {heads} heads"),
            ));
        }
        if self.mlp_ratio == 0 {
            return Err(NetworkConfigError::new(
                "merge.mlp_ratio",
                "must be at least 1",
            ));
        }
        Ok(())
    }

    fn concept_channels(&self, _: &[Label]) -> usize {
        self.dimension
    }

    fn cost(&self, labels: &[Label]) -> LayerCost {
        cost::cost(self, labels)
    }
}
