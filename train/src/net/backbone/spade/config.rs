//! Configuration of SPADE's generator.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_widths},
    cost,
    network::FACTOR,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// The generator of SPADE (Park et al. 2019), without the style encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpadeConfig {
    /// Channels at full resolution; there are 16 times as many at the lowest.
    pub width: usize,
    /// Channels of the hidden layer in each SPADE norm.
    pub hidden: usize,
    /// Gain of the Xavier-normal initialisation of all convolutions. The original uses 0.02.
    pub initial_gain: f64,
}

impl BackboneSizes for SpadeConfig {
    fn preset(preset: Preset, _: usize) -> Self {
        let (width, initial_gain) = match preset {
            Preset::Paper => (64, 0.02),
            Preset::Small | Preset::Fast | Preset::Balanced => (16, 1.0),
        };
        Self {
            width,
            hidden: 2 * width,
            initial_gain,
        }
    }

    fn validate(&self, _: usize) -> Result<(), NetworkConfigError> {
        check_widths(&[self.width, self.hidden])
    }

    fn tile(&self) -> usize {
        FACTOR
    }

    fn describe(&self) -> String {
        format!("{} channels, {} in norms", self.width, self.hidden)
    }

    fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        cost::layers(self, concept_channels)
    }
}
