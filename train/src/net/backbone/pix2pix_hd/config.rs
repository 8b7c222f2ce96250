//! Configuration of the global generator of Pix2PixHD.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_downsamplings, check_widths},
    cost,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// The global generator of Pix2PixHD (Wang et al. 2018).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pix2PixHdConfig {
    /// Channels at full resolution; each downsampling doubles them.
    pub width: usize,
    /// Number of convolutions of stride 2 before the blocks. Sides must be multiples of 2 to this power.
    pub downsamplings: usize,
    /// Number of residual blocks at the lowest resolution.
    pub blocks: usize,
    /// Gain of the Xavier-normal initialisation of all convolutions.
    pub initial_gain: f64,
}

impl BackboneSizes for Pix2PixHdConfig {
    fn preset(preset: Preset, _: usize) -> Self {
        let (width, blocks) = match preset {
            Preset::Paper => (64, 9),
            Preset::Small | Preset::Fast | Preset::Balanced => (16, 4),
        };
        Self {
            width,
            downsamplings: 4,
            blocks,
            initial_gain: 1.0,
        }
    }

    fn validate(&self, _: usize) -> Result<(), NetworkConfigError> {
        check_downsamplings(self.downsamplings)?;
        check_widths(&[self.width])
    }

    fn tile(&self) -> usize {
        1 << self.downsamplings
    }

    fn describe(&self) -> String {
        format!(
            "{} channels, {} downsamplings, {} blocks",
            self.width, self.downsamplings, self.blocks
        )
    }

    fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        cost::layers(self, concept_channels)
    }
}
