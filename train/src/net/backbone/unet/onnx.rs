//! ONNX nodes of the U-Net.

use anyhow::Result;

use super::network::{LEAKY_SLOPE, Stage, Unet};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, Kernel, convolve, double},
};

const NAME: &str = "unet";

/// The colours for a concept, before the last tanh.
pub(super) fn colours(graph: &mut Graph, network: &Unet, concept: Features) -> Result<Value> {
    let mut skipped: Vec<Features> = Vec::with_capacity(network.down.len());
    for (index, down) in network.down.iter().enumerate() {
        let name = format!("{NAME}.down.{index}");
        graph.enter(name.clone());
        let input = match skipped.last() {
            None => concept.clone(),
            Some(above) => halve(graph, above),
        };
        skipped.push(stage(graph, &name, down, &input)?);
    }
    let mut features = skipped.pop().unwrap_or(concept);
    for (index, up) in network.up.iter().enumerate() {
        let name = format!("{NAME}.up.{index}");
        graph.enter(name.clone());
        features = double(graph, features);
        if let Some(beside) = skipped.pop() {
            features = beside.concat(graph, &features);
        }
        features = stage(graph, &name, up, &features)?;
    }
    let name = format!("{NAME}.last");
    graph.enter(name.clone());
    Ok(convolve(graph, &name, &Kernel::of(&network.last, 1), &features)?.value)
}

fn stage(graph: &mut Graph, name: &str, stage: &Stage, input: &Features) -> Result<Features> {
    let mut features = input.clone();
    for (part, layer) in [("first", &stage.first), ("second", &stage.second)] {
        let name = format!("{name}.{part}");
        features =
            convolve(graph, &name, &Kernel::of(layer, 1), &features)?.leaky(graph, LEAKY_SLOPE);
    }
    Ok(features)
}

/// Average pooling by 2.
fn halve(graph: &mut Graph, input: &Features) -> Features {
    let value = graph
        .node("AveragePool", &[&input.value])
        .ints("kernel_shape", [2, 2])
        .ints("strides", [2, 2])
        .output();
    Features {
        value,
        channels: input.channels,
    }
}
