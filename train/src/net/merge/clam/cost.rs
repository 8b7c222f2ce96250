//! Parameters and multiply-adds of CLAM.

use multicond::label::Label;

use super::ClamConfig;
use crate::{data::encoded_channels, net::cost::LayerCost};

/// Parameters of the network, and its multiply-adds per pixel.
pub(super) fn cost(config: &ClamConfig, labels: &[Label]) -> LayerCost {
    let (n, channels) = (labels.len(), encoded_channels(labels));
    let (d, layers) = (config.dimension, config.layers);
    LayerCost {
        weights: (channels + n) * d + n * layers * (d * d + d),
        products: channels * d + n * layers * d * d,
    }
}
