//! The way from the concept tensor to the picture, of the kind that the configuration names.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    BackboneConfig,
    asap::Asap,
    pix2pix::Pix2Pix,
    pix2pix_hd::Pix2PixHd,
    spade::{self, Spade},
};

/// A network that paints.
#[derive(Module, Debug)]
pub enum Backbone {
    /// A small network for every tile.
    Asap(Asap),
    /// Growing features, normalised under the concept.
    Spade(Spade),
    /// A U-Net.
    Pix2pix(Pix2Pix),
    /// Down, residual blocks, up.
    Pix2pixHd(Pix2PixHd),
}

impl Backbone {
    /// A fresh network over `input` channels.
    pub fn new(config: &BackboneConfig, input: usize, device: &Device) -> Self {
        match config {
            BackboneConfig::Asap(config) => Self::Asap(Asap::new(config, input, device)),
            BackboneConfig::Spade(config) => Self::Spade(Spade::new(config, input, device)),
            BackboneConfig::Pix2pix(config) => Self::Pix2pix(Pix2Pix::new(config, input, device)),
            BackboneConfig::Pix2pixHd(config) => {
                Self::Pix2pixHd(Pix2PixHd::new(config, input, device))
            }
        }
    }

    /// The picture `[batch, 3, height, width]` in (-1, 1) for a tensor `[batch, input, height, width]`
    /// whose sides are multiples of [`BackboneConfig::tile`].
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Asap(network) => network.forward(concept),
            Self::Spade(network) => network.forward(concept),
            Self::Pix2pix(network) => network.forward(concept),
            Self::Pix2pixHd(network) => network.forward(concept),
        }
    }

    /// Sides of pictures must be multiples of this many pixels.
    pub fn tile(&self) -> usize {
        match self {
            Self::Asap(network) => network.pixel_mlp.tile,
            Self::Spade(_) => spade::FACTOR,
            Self::Pix2pix(network) => 1 << network.down.len(),
            Self::Pix2pixHd(network) => 1 << network.up.len(),
        }
    }

    /// One step towards the singular vectors of spectrally normed weights.
    pub fn power_iteration(self) -> Self {
        match self {
            Self::Spade(network) => Self::Spade(network.power_iteration()),
            other => other,
        }
    }
}
