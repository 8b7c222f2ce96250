//! Parameters and multiply-adds of the global generator of Pix2PixHD.

use super::{Pix2PixHdConfig, network::WIDE};
use crate::net::cost::{LayerCost, convolution};

/// Parameters of the layers, and their multiply-adds per tile.
pub(super) fn layers(config: &Pix2PixHdConfig, concept: usize) -> Vec<LayerCost> {
    let (width, downsamplings) = (config.width, config.downsamplings);
    let channels = |downsampling: usize| width << downsampling;
    let side = |downsampling: usize| 1 << (downsamplings - downsampling);
    let mut layers = vec![convolution([concept, width], WIDE, 0, side(0))];
    for downsampling in 1..=downsamplings {
        let (fine, coarse) = (channels(downsampling - 1), channels(downsampling));
        layers.push(convolution([fine, coarse], 3, 0, side(downsampling)));
        layers.push(convolution([coarse, fine], 3, 0, side(downsampling)));
    }
    let lowest = channels(downsamplings);
    layers.extend((0..2 * config.blocks).map(|_| convolution([lowest, lowest], 3, 0, 1)));
    layers.push(convolution([width, 3], WIDE, 3, side(0)));
    layers
}
