//! ONNX nodes of SPADE's generator, with the spectral norms folded into the weights.

use anyhow::Result;
use burn::module::Param;

use super::network::{BLOCKS, Block, ConceptNorm, FACTOR, LEAKY_SLOPE, Normed, Spade};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, Kernel, convolve, double, plain_norm},
};

const NAME: &str = "spade";

/// The colours for a concept, before the last tanh.
pub(super) fn colours(graph: &mut Graph, network: &Spade, concept: &Features) -> Result<Value> {
    graph.enter(NAME);
    let mut factor = FACTOR;
    let mut small = every(graph, concept, factor);
    let start = Kernel::of(&network.start, 1);
    let mut features = convolve(graph, &format!("{NAME}.start"), &start, &small)?;
    for (index, (block, shape)) in network.blocks.iter().zip(BLOCKS).enumerate() {
        let name = format!("{NAME}.blocks.{index}");
        graph.enter(name.clone());
        if shape.factor < factor {
            features = double(graph, features);
            factor = shape.factor;
            small = every(graph, concept, factor);
        }
        features = residual(graph, block, &name, features, &small)?;
    }
    let name = format!("{NAME}.last");
    graph.enter(name.clone());
    let active = features.leaky(graph, LEAKY_SLOPE);
    let colours = convolve(graph, &name, &Kernel::of(&network.last, 1), &active)?;
    Ok(colours.value)
}

fn residual(
    graph: &mut Graph,
    block: &Block,
    name: &str,
    features: Features,
    concept: &Features,
) -> Result<Features> {
    let around = match &block.shortcut {
        Some(shortcut) => {
            let name = format!("{name}.shortcut");
            let normed = norm(graph, &shortcut.norm, &name, &features, concept)?;
            spectral(graph, shortcut, &name, &normed)?
        }
        None => features.clone(),
    };
    let mut inner = features;
    for (part, normed) in [("first", &block.first), ("second", &block.second)] {
        let name = format!("{name}.{part}");
        let features = norm(graph, &normed.norm, &name, &inner, concept)?;
        let active = features.leaky(graph, LEAKY_SLOPE);
        inner = spectral(graph, normed, &name, &active)?;
    }
    Ok(around.add(graph, &inner))
}

fn spectral(graph: &mut Graph, layer: &Normed, name: &str, input: &Features) -> Result<Features> {
    let convolution = &layer.convolution;
    let kernel = Kernel {
        weight: &Param::from_tensor(convolution.normed_weight()),
        bias: convolution.bias.as_ref(),
        stride: convolution.stride,
        padding: convolution.padding,
    };
    convolve(graph, &format!("{name}.convolution"), &kernel, input)
}

fn norm(
    graph: &mut Graph,
    norm: &ConceptNorm,
    name: &str,
    features: &Features,
    concept: &Features,
) -> Result<Features> {
    let name = format!("{name}.norm");
    let layer = |graph: &mut Graph, part: &str, layer, input: &Features| {
        convolve(
            graph,
            &format!("{name}.{part}"),
            &Kernel::of(layer, 1),
            input,
        )
    };
    let hidden = layer(graph, "hidden", &norm.hidden, concept)?.through(graph, "Relu");
    let scale = layer(graph, "scale", &norm.scale, &hidden)?;
    let shift = layer(graph, "shift", &norm.shift, &hidden)?;
    let normed = plain_norm(graph, features);
    let one = graph.scalar(1.0);
    let scale = graph.op("Add", &[&scale.value, &one]);
    let scaled = graph.op("Mul", &[&normed.value, &scale]);
    Ok(Features {
        value: graph.op("Add", &[&scaled, &shift.value]),
        channels: features.channels,
    })
}

/// Nearest-neighbour downsampling: every `factor`-th row and column, starting with the first.
fn every(graph: &mut Graph, input: &Features, factor: usize) -> Features {
    if factor == 1 {
        return input.clone();
    }
    let step = factor as i64;
    let (start, end) = (graph.list(&[0, 0]), graph.list(&[i64::from(i32::MAX); 2]));
    let (axes, steps) = (graph.list(&[2, 3]), graph.list(&[step, step]));
    Features {
        value: graph.op("Slice", &[&input.value, &start, &end, &axes, &steps]),
        channels: input.channels,
    }
}
