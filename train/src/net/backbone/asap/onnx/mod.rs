//! ONNX nodes of ASAP-Net.

mod low_resolution;
mod pixel_mlp;

use anyhow::Result;

use super::network::Asap;
use crate::onnx::{
    builder::{Graph, Value},
    convolution::Features,
};

/// The colours in [-1, 1] for a concept.
pub(super) fn colours(graph: &mut Graph, network: &Asap, concept: Features) -> Result<Value> {
    let parameters = low_resolution::parameters(
        graph,
        &network.low_resolution,
        concept.clone(),
        network.pixel_mlp.parameter_count(),
    )?;
    let seen = seen(graph, concept, network.pixel_mlp.input_channels());
    pixel_mlp::paint(graph, &network.pixel_mlp, &seen.value, &parameters)
}

/// The first channels, which are the input of the pixel networks.
fn seen(graph: &mut Graph, concept: Features, channels: usize) -> Features {
    if channels == concept.channels {
        return concept;
    }
    graph.enter("asap.seen");
    let (start, end, axis) = (
        graph.list(&[0]),
        graph.list(&[channels as i64]),
        graph.list(&[1]),
    );
    Features {
        value: graph.op("Slice", &[&concept.value, &start, &end, &axis]),
        channels,
    }
}
