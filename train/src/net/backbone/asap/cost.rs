//! Parameters and multiply-adds of ASAP-Net.

use super::{AsapConfig, position};
use crate::net::cost::{LayerCost, convolution};

/// Parameters of the layers, and their multiply-adds per tile.
pub(super) fn layers(config: &AsapConfig, concept: usize) -> Vec<LayerCost> {
    let (learned, width, most) = (config.learned_downsampling, config.width, config.max_width);
    let stage = |channels: [usize; 2], side| convolution(channels, 3, 2 * channels[1], side);
    let mut layers = vec![stage([concept, width], learned)];
    let downsamplings = learned.ilog2();
    layers.extend((1..=downsamplings).map(|downsampling| {
        let output = if downsampling == downsamplings {
            most
        } else {
            width
        };
        stage([width, output], learned >> downsampling)
    }));
    layers.extend((0..config.depth).map(|_| stage([most, most], 1)));
    let pixel = pixel_layers(config, concept - config.low_resolution_only + config.smooth);
    let parameters: usize = pixel.iter().map(|[i, o]| i * o + o).sum();
    layers.push(convolution([most, parameters], 1, parameters, 1));
    if config.smooth > 0 {
        layers.push(convolution([most, config.smooth], 1, config.smooth, 1));
    }
    layers.extend(pixel.map(|[input, output]| LayerCost {
        weights: 0,
        products: input * output * config.tile * config.tile,
    }));
    layers
}

/// Input and output channels of the pixel network's layers.
fn pixel_layers(asap: &AsapConfig, input: usize) -> [[usize; 2]; 5] {
    let w = asap.pixel_width;
    let first = input + position::channels(asap.tile);
    [[first, w], [w, w], [w, w], [w, w], [w, 3]]
}
