//! Parameters and multiply-adds of the U-Net of Pix2Pix.

use super::Pix2PixConfig;
use crate::net::cost::{LayerCost, convolution};

/// Parameters of the layers, and their multiply-adds per tile.
pub(super) fn layers(config: &Pix2PixConfig, concept: usize) -> Vec<LayerCost> {
    let downsamplings = config.downsamplings;
    let side = |downsampling: usize| 1 << (downsamplings - downsampling);
    let down = (1..=downsamplings).map(|downsampling| {
        let input = match downsampling {
            1 => concept,
            _ => config.channels(downsampling - 1),
        };
        let output = config.channels(downsampling);
        // Scale and shift of a norm, or a bias.
        let others = match downsampling > 1 && downsampling < downsamplings {
            true => 2 * output,
            false => output,
        };
        convolution([input, output], 4, others, side(downsampling))
    });
    let up = (0..downsamplings).map(|downsampling| {
        let channels = config.up_channels(downsampling);
        let others = match downsampling > 0 {
            true => 2 * channels[1],
            false => channels[1],
        };
        convolution(channels, 4, others, side(downsampling + 1))
    });
    down.chain(up).collect()
}
