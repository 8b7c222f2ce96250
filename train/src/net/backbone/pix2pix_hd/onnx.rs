//! ONNX nodes of the global generator of Pix2PixHD.

use anyhow::Result;

use super::network::{Block, Pix2PixHd, WIDE};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, Kernel, convolve, plain_norm, reflect, transposed},
};

const NAME: &str = "pix2pixhd";

/// The colours for a concept, before the last tanh.
pub(super) fn colours(graph: &mut Graph, network: &Pix2PixHd, concept: &Features) -> Result<Value> {
    graph.enter(NAME);
    let mut features = reflect(graph, concept, WIDE / 2);
    for (index, layer) in network.down.iter().enumerate() {
        let name = format!("{NAME}.down.{index}");
        graph.enter(name.clone());
        // The first has reflection padding, the others zero padding.
        let kernel = Kernel::of(layer, usize::from(index > 0));
        let smaller = convolve(graph, &name, &kernel, &features)?;
        features = plain_norm(graph, &smaller).through(graph, "Relu");
    }
    for (index, block) in network.blocks.iter().enumerate() {
        let name = format!("{NAME}.blocks.{index}");
        graph.enter(name.clone());
        features = residual(graph, block, &name, &features)?;
    }
    for (index, layer) in network.up.iter().enumerate() {
        let name = format!("{NAME}.up.{index}");
        graph.enter(name.clone());
        let larger = transposed(graph, &name, layer, &features)?;
        features = plain_norm(graph, &larger).through(graph, "Relu");
    }
    let name = format!("{NAME}.last");
    graph.enter(name.clone());
    let mirrored = reflect(graph, &features, WIDE / 2);
    let colours = convolve(graph, &name, &Kernel::of(&network.last, 0), &mirrored)?;
    Ok(colours.value)
}

fn residual(graph: &mut Graph, block: &Block, name: &str, input: &Features) -> Result<Features> {
    let layer = |graph: &mut Graph, part: &str, layer, input: &Features| {
        let mirrored = reflect(graph, input, 1);
        let name = format!("{name}.{part}");
        let features = convolve(graph, &name, &Kernel::of(layer, 0), &mirrored)?;
        anyhow::Ok(plain_norm(graph, &features))
    };
    let inner = layer(graph, "first", &block.first, input)?.through(graph, "Relu");
    let inner = layer(graph, "second", &block.second, &inner)?;
    Ok(input.add(graph, &inner))
}
