//! Parameters and multiply-adds of the U-Net.

use super::UnetConfig;
use crate::net::cost::{LayerCost, convolution};

/// Parameters of the layers, and their multiply-adds per tile.
pub(super) fn layers(config: &UnetConfig, concept: usize) -> Vec<LayerCost> {
    let side = |downsamplings: usize| 1 << (config.downsamplings - downsamplings);
    let stages = config.down(concept).chain(config.up());
    let mut layers: Vec<LayerCost> = stages
        .flat_map(|stage| {
            let side = side(stage.downsamplings);
            [stage.input, stage.output]
                .map(|input| convolution([input, stage.output], 3, stage.output, side))
        })
        .collect();
    layers.push(convolution([config.channels(0), 3], 3, 3, side(0)));
    layers
}
