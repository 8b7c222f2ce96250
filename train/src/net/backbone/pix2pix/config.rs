//! Sizes of the U-Net of Pix2Pix.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_downsamplings, check_widths},
    cost,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// Channels are at most this many times the configured width.
const MOST_WIDTHS: usize = 8;

/// The U-Net of Pix2Pix (Isola et al. 2017), without its dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pix2PixConfig {
    /// Channels after the first convolution; at most 8 times as many further down.
    pub width: usize,
    /// Convolutions of stride 2. Sides must be multiples of 2 to this power.
    pub downsamplings: usize,
    /// Gain of the Xavier-normal start of all convolutions.
    pub initial_gain: f64,
}

impl Pix2PixConfig {
    /// Channels after so many downsamplings, at least one.
    pub fn channels(&self, downsamplings: usize) -> usize {
        self.width * MOST_WIDTHS.min(1 << (downsamplings - 1))
    }

    /// Channels into and out of the transposed convolution that makes features at `downsamplings`.
    pub fn up_channels(&self, downsamplings: usize) -> [usize; 2] {
        let from = self.channels(downsamplings + 1);
        // All but the innermost get the features of the skip connection, too.
        let input = if downsamplings + 1 == self.downsamplings {
            from
        } else {
            2 * from
        };
        let output = if downsamplings == 0 {
            3
        } else {
            self.channels(downsamplings)
        };
        [input, output]
    }
}

impl BackboneSizes for Pix2PixConfig {
    fn preset(preset: Preset, height: usize) -> Self {
        Self {
            width: match preset {
                Preset::Paper => 64,
                Preset::Small => 16,
            },
            // Down to one pixel for a square picture of up to 256 rows, as in the original.
            downsamplings: height.trailing_zeros().clamp(1, 8) as usize,
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

    fn smallest_side(&self) -> usize {
        // Its innermost layer has no norm.
        self.tile()
    }

    fn describe(&self) -> String {
        format!(
            "{} channels, {} downsamplings",
            self.width, self.downsamplings
        )
    }

    fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        cost::layers(self, concept_channels)
    }
}
