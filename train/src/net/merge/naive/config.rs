//! Configuration of the naive merge, which is empty: all sizes follow from the labels.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::super::MergeSizes;
use crate::{
    data::encoded_channels,
    net::{NetworkConfigError, Preset, cost::LayerCost},
};

/// The configuration, without settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NaiveConfig {}

impl MergeSizes for NaiveConfig {
    fn preset(_: Preset) -> Self {
        Self {}
    }

    fn validate(&self, _: &[Label]) -> Result<(), NetworkConfigError> {
        Ok(())
    }

    fn concept_channels(&self, labels: &[Label]) -> usize {
        encoded_channels(labels)
    }

    fn cost(&self, _: &[Label]) -> LayerCost {
        LayerCost::NONE
    }
}
