//! Parameters and multiply-adds of TLAM.

use multicond::label::Label;

use super::TlamConfig;
use crate::{data::encoded_channels, net::cost::LayerCost};

/// Parameters of the network, and its multiply-adds per pixel.
pub(super) fn cost(config: &TlamConfig, labels: &[Label]) -> LayerCost {
    let (n, channels) = (labels.len(), encoded_channels(labels));
    let (d, r, layers) = (config.dimension, config.mlp_ratio, config.layers);
    let block = 4 * d + (3 * d * d + 3 * d) + (d * d + d) + (2 * r * d * d + r * d + d);
    let products = 4 * n * d * d + 2 * r * n * d * d + 2 * n * n * d;
    LayerCost {
        weights: (channels + n) * d + n * d + layers * block,
        products: channels * d + layers * products,
    }
}
