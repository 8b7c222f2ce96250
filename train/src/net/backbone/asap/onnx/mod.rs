//! ONNX nodes of ASAP-Net.

mod low_resolution;
mod pixel_mlp;

use anyhow::Result;

use self::low_resolution::Cells;
use super::network::Asap;
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, enlarge},
    layers::slice,
};

/// The colours for a concept, before the last tanh.
pub(super) fn colours(graph: &mut Graph, network: &Asap, concept: Features) -> Result<Value> {
    let Cells { parameters, smooth } = low_resolution::cells(
        graph,
        &network.low_resolution,
        concept.clone(),
        network.pixel_mlp.parameter_count(),
    )?;
    let mut pixels = seen(graph, concept, network.seen_channels());
    if let Some(smooth) = smooth {
        let enlarged = enlarge(graph, smooth, network.pixel_mlp.tile);
        pixels = pixels.concat(graph, &enlarged);
    }
    pixel_mlp::paint(graph, &network.pixel_mlp, &pixels.value, &parameters)
}

/// The first channels, which are the input of the pixel networks.
fn seen(graph: &mut Graph, concept: Features, channels: usize) -> Features {
    if channels == concept.channels {
        return concept;
    }
    graph.enter("asap.seen");
    Features {
        value: slice(graph, &concept.value, 1, 0..channels),
        channels,
    }
}
