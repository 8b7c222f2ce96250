//! Configuration of ASAP-Net.

use serde::{Deserialize, Serialize};

use super::{
    super::{BackboneSizes, check_widths},
    cost,
};
use crate::net::{NetworkConfigError, Preset, cost::LayerCost};

/// ASAP-Net (Shaham et al. 2021): a low-resolution stream that predicts a small network for each tile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsapConfig {
    /// Side of a tile in pixels, a power of two. The pixels of a tile share one pixel network.
    pub tile: usize,
    /// Factor by which convolutions of stride 2 downsample; a fixed filter does the rest of the tile's factor.
    pub learned_downsampling: usize,
    /// Channels of the low-resolution stream before its last convolution of stride 2.
    pub width: usize,
    /// Channels after that convolution.
    pub max_width: usize,
    /// Convolutions at the lowest resolution.
    pub depth: usize,
    /// Hidden channels of the pixel network.
    pub pixel_width: usize,
    /// Padding of the stream's 3x3 convolutions.
    #[serde(default)]
    pub padding: Padding,
    /// Number of last channels of the concept that only the low-resolution stream sees. The original passes a map of
    /// instance edges this way.
    #[serde(default)]
    pub low_resolution_only: usize,
    /// Number of features of the low-resolution stream that are enlarged bilinearly and become inputs of the pixel
    /// networks. They vary smoothly from tile to tile, so that tiles do not show; the original has none.
    #[serde(default)]
    pub smooth: usize,
    /// Gain of the Xavier-normal initialisation of all convolutions. The original uses 0.02.
    pub initial_gain: f64,
    /// Gain of the convolution that predicts the pixel networks.
    pub head_gain: f64,
    /// Initialise all pixel networks as one shared random network, held by the bias of that convolution, instead of
    /// with zeros. Short runs learn much faster.
    pub shared_start: bool,
}

/// Padding of a convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// Zeros.
    #[default]
    Zero,
    /// Reflection of the picture, without repeating the border pixels.
    Reflect,
}

impl BackboneSizes for AsapConfig {
    /// As in the original, the tile depends on the height, so that the grid of pixel networks has 16 rows (`paper`; the
    /// learned factor is at most 16). See `docs/checkpoint.md`.
    fn preset(preset: Preset, height: usize) -> Self {
        let tile = (height / 16).max(1).next_power_of_two();
        match preset {
            Preset::Paper => Self {
                tile,
                learned_downsampling: tile.min(16),
                width: 64,
                max_width: 1024,
                depth: 7,
                pixel_width: 64,
                padding: Padding::Zero,
                low_resolution_only: 0,
                smooth: 0,
                initial_gain: 0.02,
                head_gain: 0.02,
                shared_start: false,
            },
            Preset::Small | Preset::Fast | Preset::Balanced => Self {
                tile: tile.min(8),
                learned_downsampling: tile.min(8),
                width: 32,
                max_width: 224,
                depth: 5,
                pixel_width: 32,
                padding: Padding::Zero,
                low_resolution_only: 0,
                smooth: if preset == Preset::Small { 0 } else { 16 },
                initial_gain: 1.0,
                head_gain: 0.1,
                shared_start: true,
            },
        }
    }

    fn validate(&self, concept_channels: usize) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError::new(field, reason));
        let (tile, learned) = (self.tile, self.learned_downsampling);
        if !tile.is_power_of_two() || !(2..=1024).contains(&tile) {
            return fail(
                "backbone.tile",
                format!("{tile} is not a power of two from 2 to 1024"),
            );
        }
        if !learned.is_power_of_two() || !(2..=tile).contains(&learned) {
            return fail(
                "backbone.learned_downsampling",
                format!("{learned} is not a power of two from 2 to the tile, {tile}"),
            );
        }
        if self.low_resolution_only >= concept_channels {
            return fail(
                "backbone.low_resolution_only",
                format!(
                    "{} is not less than the {concept_channels} channels of the concept",
                    self.low_resolution_only
                ),
            );
        }
        check_widths(&[self.width, self.max_width, self.pixel_width])
    }

    fn tile(&self) -> usize {
        self.tile
    }

    fn describe(&self) -> String {
        format!(
            "tiles of {0}x{0}, {1} to {2} channels, pixel networks of {3}{4}",
            self.tile,
            self.width,
            self.max_width,
            self.pixel_width,
            match self.smooth {
                0 => String::new(),
                smooth => format!(", {smooth} smooth features"),
            }
        )
    }

    fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        cost::layers(self, concept_channels)
    }
}
