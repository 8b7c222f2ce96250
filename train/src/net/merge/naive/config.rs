//! The naive merge has no sizes: they follow from the labels.

use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::super::MergeSizes;
use crate::{
    data::encoded_channels,
    net::{NetworkConfigError, Preset, cost::LayerCost},
};

/// Nothing to choose.
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
