//! Configuration of CLAM.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{super::MergeSizes, cost};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// Separate dense layers for each label (paper section 4.2, "convolutional label merging").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClamConfig {
    /// Width of all layers, and channels of the concept tensor.
    pub dimension: usize,
    /// Number of layers per label after the projection.
    pub layers: usize,
}

impl MergeSizes for ClamConfig {
    fn preset(preset: Preset) -> Self {
        match preset {
            Preset::Paper => Self {
                dimension: 96,
                layers: 3,
            },
            Preset::Small | Preset::Balanced => Self {
                dimension: 32,
                layers: 1,
            },
            Preset::Fast => Self {
                dimension: 16,
                layers: 1,
            },
        }
    }

    fn validate(&self, _: &[Label]) -> Result<(), NetworkConfigError> {
        match self.dimension {
            0 => Err(NetworkConfigError::new(
                "merge.dimension",
                "must be at least 1",
            )),
            _ => Ok(()),
        }
    }

    fn concept_channels(&self, _: &[Label]) -> usize {
        self.dimension
    }

    fn cost(&self, labels: &[Label]) -> LayerCost {
        cost::cost(self, labels)
    }
}
