//! Configuration of the `semantics` merge, which is empty: all sizes follow from the label.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{super::MergeSizes, Semantics};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// The configuration, without settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SemanticsConfig {}

impl MergeSizes for SemanticsConfig {
    fn preset(_: Preset) -> Self {
        Self {}
    }

    fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
        match Semantics::of(labels) {
            Some(_) => Ok(()),
            None => Err(NetworkConfigError::new(
                "merge.kind",
                "`semantics` needs a categorical label, but there is none",
            )),
        }
    }

    /// 0 if there is no categorical label.
    fn concept_channels(&self, labels: &[Label]) -> usize {
        Semantics::of(labels).map_or(0, |semantics| semantics.channels)
    }

    fn cost(&self, _: &[Label]) -> LayerCost {
        LayerCost::NONE
    }
}
