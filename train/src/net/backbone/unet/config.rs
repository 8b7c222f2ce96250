//! Configuration of the U-Net.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_downsamplings, check_widths},
    cost,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// A small U-Net without norms, of the kind that real-time filters use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnetConfig {
    /// Channels at full resolution, an even number; each lower resolution has half as many more.
    pub width: usize,
    /// How many times the resolution is halved. Sides must be multiples of 2 to this power.
    pub downsamplings: usize,
    /// Gain of the Xavier-normal initialisation of all convolutions but the last.
    pub initial_gain: f64,
}

/// A stage of the U-Net, at the resolution after a number of downsamplings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StageSizes {
    /// Downsamplings of the stage's resolution.
    pub(super) downsamplings: usize,
    /// Input channels of its first convolution.
    pub(super) input: usize,
    /// Output channels of both convolutions.
    pub(super) output: usize,
}

impl UnetConfig {
    /// Channels after a number of downsamplings.
    pub fn channels(&self, downsamplings: usize) -> usize {
        self.width * (2 + downsamplings) / 2
    }

    /// The stages of the encoder, from full to the lowest resolution.
    pub(super) fn down(&self, input: usize) -> impl Iterator<Item = StageSizes> {
        (0..=self.downsamplings).map(move |downsamplings| {
            let output = self.channels(downsamplings);
            let input = match downsamplings.checked_sub(1) {
                None => input,
                Some(above) => self.channels(above),
            };
            StageSizes {
                downsamplings,
                input,
                output,
            }
        })
    }

    /// The stages of the decoder, from the lowest but one to full resolution.
    pub(super) fn up(&self) -> impl Iterator<Item = StageSizes> {
        (0..self.downsamplings).rev().map(|downsamplings| {
            let output = self.channels(downsamplings);
            let input = self.channels(downsamplings + 1) + output;
            StageSizes {
                downsamplings,
                input,
                output,
            }
        })
    }
}

impl BackboneSizes for UnetConfig {
    fn preset(preset: Preset, height: usize) -> Self {
        Self {
            width: match preset {
                Preset::Paper => 64,
                Preset::Balanced => 32,
                Preset::Small | Preset::Fast => 16,
            },
            downsamplings: height.trailing_zeros().clamp(1, 4) as usize,
            initial_gain: 1.4,
        }
    }

    fn validate(&self, _: usize) -> Result<(), NetworkConfigError> {
        check_downsamplings(self.downsamplings)?;
        if !self.width.is_multiple_of(2) {
            return Err(NetworkConfigError::new(
                "backbone.width",
                format!("{} is not even", self.width),
            ));
        }
        check_widths(&[self.width])
    }

    fn tile(&self) -> usize {
        1 << self.downsamplings
    }

    fn smallest_side(&self) -> usize {
        // There are no norms, so one pixel is enough at the lowest resolution.
        self.tile()
    }

    fn describe(&self) -> String {
        format!(
            "{} to {} channels, {} downsamplings",
            self.width,
            self.channels(self.downsamplings),
            self.downsamplings
        )
    }

    fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        cost::layers(self, concept_channels)
    }
}
