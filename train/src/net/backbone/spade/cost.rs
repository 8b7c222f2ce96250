//! Parameters and multiply-adds of SPADE's generator.

use super::{BLOCKS, FACTOR, SpadeConfig};
use crate::net::cost::{LayerCost, convolution};

/// Parameters of the layers, and their multiply-adds per tile.
pub(super) fn layers(config: &SpadeConfig, concept: usize) -> Vec<LayerCost> {
    let (width, hidden) = (config.width, config.hidden);
    let plain = |channels: [usize; 2], side| convolution(channels, 3, channels[1], side);
    let mut layers = vec![plain([concept, BLOCKS[0].input * width], 1)];
    for block in BLOCKS {
        let side = FACTOR / block.factor;
        let (input, output) = (block.input * width, block.output * width);
        let middle = input.min(output);
        let norm = |channels| {
            [
                plain([concept, hidden], side),
                plain([hidden, channels], side),
                plain([hidden, channels], side),
            ]
        };
        layers.extend(norm(input));
        layers.push(plain([input, middle], side));
        layers.extend(norm(middle));
        layers.push(plain([middle, output], side));
        if input != output {
            layers.extend(norm(input));
            layers.push(convolution([input, output], 1, 0, side));
        }
    }
    layers.push(plain([width, 3], FACTOR));
    layers
}
