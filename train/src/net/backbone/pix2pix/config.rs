//! Configuration of the U-Net of Pix2Pix.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_downsamplings, check_widths},
    cost,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// Limit on the channels, in units of the configured width.
const MOST_WIDTHS: usize = 8;

/// The U-Net of Pix2Pix (Isola et al. 2017), without its dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pix2PixConfig {
    /// Channels after the first convolution; deeper layers have up to 8 times as many.
    pub width: usize,
    /// Number of convolutions of stride 2. Sides must be multiples of 2 to this power.
    pub downsamplings: usize,
    /// Gain of the Xavier-normal initialisation of all convolutions.
    pub initial_gain: f64,
}

impl Pix2PixConfig {
    /// Channels after a number of downsamplings, which is at least 1.
    pub fn channels(&self, downsamplings: usize) -> usize {
        self.width * MOST_WIDTHS.min(1 << (downsamplings - 1))
    }

    /// Input and output channels of the transposed convolution that computes the features at `downsamplings`.
    pub fn up_channels(&self, downsamplings: usize) -> [usize; 2] {
        let from = self.channels(downsamplings + 1);
        // All but the innermost also take the features of the skip connection.
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
                Preset::Small | Preset::Fast | Preset::Balanced => 16,
            },
            // As in the original, down to one pixel for square pictures of up to 256 rows.
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
        // The innermost layer has no norm, so one pixel is enough.
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
