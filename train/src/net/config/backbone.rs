//! Sizes of the way from the concept tensor to the picture.

use serde::{Deserialize, Serialize};

use super::NetworkConfigError;
use crate::net::spade;

/// What paints the picture of the concept tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum BackboneConfig {
    /// A small network for every tile.
    Asap(AsapConfig),
    /// Growing features, normalised under the concept.
    Spade(SpadeConfig),
    /// A U-Net.
    Pix2pix(Pix2PixConfig),
    /// Down, residual blocks, up.
    Pix2pixHd(Pix2PixHdConfig),
}

/// The kinds of backbone, without their sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lower")]
pub enum BackboneKind {
    /// A small network for every tile (ASAP-Net): what the paper builds on, and the fastest.
    Asap,
    /// Growing features, normalised under the concept (SPADE).
    Spade,
    /// A U-Net (Pix2Pix).
    Pix2pix,
    /// Down, residual blocks, up: the global generator of Pix2PixHD.
    Pix2pixHd,
}

/// ASAP-Net (Shaham et al. 2021): a low-resolution stream that predicts a small network a tile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsapConfig {
    /// Side of a tile in pixels, a power of two: pixels that share one pixel network.
    pub tile: usize,
    /// How much of the tile's factor convolutions of stride 2 do; a fixed filter does the rest.
    pub learned_downsampling: usize,
    /// Channels of the low-resolution stream before its last halving.
    pub width: usize,
    /// Channels after it.
    pub max_width: usize,
    /// Convolutions at the lowest resolution.
    pub depth: usize,
    /// Hidden channels of the pixel network.
    pub pixel_width: usize,
    /// What the stream's 3x3 convolutions see beyond the border.
    #[serde(default)]
    pub padding: Padding,
    /// Last channels of the concept that only the low-resolution stream sees. The original keeps a map
    /// of instances' edges from the pixel networks this way.
    #[serde(default)]
    pub low_resolution_only: usize,
    /// Gain of the Xavier-normal start of all convolutions. The original uses 0.02.
    pub initial_gain: f64,
    /// Gain of the convolution that predicts the pixel networks.
    pub head_gain: f64,
    /// Start all pixel networks from one shared random network, held by the bias of that convolution,
    /// instead of from zero. Short runs learn much sooner.
    pub shared_start: bool,
}

/// What a convolution sees beyond the border.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// Zeros.
    #[default]
    Zero,
    /// The picture, mirrored at its outermost pixels.
    Reflect,
}

/// The generator of SPADE (Park et al. 2019), without its encoder of styles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpadeConfig {
    /// Channels at the full resolution; 16 times as many at the lowest.
    pub width: usize,
    /// Channels of the hidden layer of each norm.
    pub hidden: usize,
    /// Gain of the Xavier-normal start of all convolutions. The original uses 0.02.
    pub initial_gain: f64,
}

/// The U-Net of Pix2Pix (Isola et al. 2017), without its dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pix2PixConfig {
    /// Channels after the first convolution; at most 8 times as many further down.
    pub width: usize,
    /// Convolutions of stride 2. Sides must be multiples of 2 to this power.
    pub halvings: usize,
    /// Gain of the Xavier-normal start of all convolutions.
    pub initial_gain: f64,
}

/// The global generator of Pix2PixHD (Wang et al. 2018).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pix2PixHdConfig {
    /// Channels at the full resolution, doubled by each halving.
    pub width: usize,
    /// Convolutions of stride 2 before the blocks. Sides must be multiples of 2 to this power.
    pub halvings: usize,
    /// Residual blocks at the lowest resolution.
    pub blocks: usize,
    /// Gain of the Xavier-normal start of all convolutions.
    pub initial_gain: f64,
}

impl BackboneKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Asap, Self::Spade, Self::Pix2pix, Self::Pix2pixHd];

    /// The name in recipes, in manifests and of the tensors in checkpoints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asap => "asap",
            Self::Spade => "spade",
            Self::Pix2pix => "pix2pix",
            Self::Pix2pixHd => "pix2pixhd",
        }
    }
}

impl BackboneConfig {
    /// The kind.
    pub fn kind(&self) -> BackboneKind {
        match self {
            Self::Asap(_) => BackboneKind::Asap,
            Self::Spade(_) => BackboneKind::Spade,
            Self::Pix2pix(_) => BackboneKind::Pix2pix,
            Self::Pix2pixHd(_) => BackboneKind::Pix2pixHd,
        }
    }

    /// Sides of pictures must be multiples of this many pixels.
    pub fn tile(&self) -> usize {
        match self {
            Self::Asap(asap) => asap.tile,
            Self::Spade(_) => spade::FACTOR,
            Self::Pix2pix(config) => 1 << config.halvings,
            Self::Pix2pixHd(config) => 1 << config.halvings,
        }
    }

    /// The shortest side of a picture: a norm needs more than one pixel to have a variance.
    pub fn smallest_side(&self) -> usize {
        match self {
            // Its innermost layer has no norm.
            Self::Pix2pix(_) => self.tile(),
            Self::Asap(_) | Self::Spade(_) | Self::Pix2pixHd(_) => 2 * self.tile(),
        }
    }

    pub(super) fn validate(&self, concept_channels: usize) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError { field, reason });
        let halvings = |field, halvings: usize| match halvings {
            1..=10 => Ok(()),
            other => fail(field, format!("{other} is not between 1 and 10")),
        };
        let widths = match self {
            Self::Asap(asap) => {
                asap.validate(concept_channels)?;
                vec![asap.width, asap.max_width, asap.pixel_width]
            }
            Self::Spade(spade) => vec![spade.width, spade.hidden],
            Self::Pix2pix(config) => {
                halvings("backbone.halvings", config.halvings)?;
                vec![config.width]
            }
            Self::Pix2pixHd(config) => {
                halvings("backbone.halvings", config.halvings)?;
                vec![config.width]
            }
        };
        if widths.contains(&0) {
            return fail("backbone", "widths must be at least 1".into());
        }
        Ok(())
    }
}

impl AsapConfig {
    fn validate(&self, concept_channels: usize) -> Result<(), NetworkConfigError> {
        let fail = |field, reason: String| Err(NetworkConfigError { field, reason });
        let (tile, learned) = (self.tile, self.learned_downsampling);
        if !tile.is_power_of_two() || !(2..=1024).contains(&tile) {
            return fail(
                "backbone.tile",
                format!("{tile} is no power of two from 2 to 1024"),
            );
        }
        if !learned.is_power_of_two() || !(2..=tile).contains(&learned) {
            return fail(
                "backbone.learned_downsampling",
                format!("{learned} is no power of two from 2 to the tile, {tile}"),
            );
        }
        if self.low_resolution_only >= concept_channels {
            return fail(
                "backbone.low_resolution_only",
                format!(
                    "{} leaves nothing of a concept of {concept_channels} channels",
                    self.low_resolution_only
                ),
            );
        }
        Ok(())
    }
}
