//! The two parts of a generator's graph: from the labels to the concept tensor, and from there to the picture.

use anyhow::{Result, bail};
use multicond::label::Label;

use super::{
    builder::{Graph, Value, fixed, named},
    convolution::Features,
    labels,
};
use crate::net::{BackboneNetwork, MergeNetwork};

/// Name of the only value between the two parts.
const CONCEPT: &str = "concept";
/// Name of the output.
const IMAGE: &str = "image";

/// The concept tensor `[batch, channels, height, width]`. Adds an input to the graph for every label.
pub(super) fn concept(
    graph: &mut Graph,
    merge: &MergeNetwork,
    labels: &[Label],
    channels: usize,
) -> Result<Features> {
    let inputs = labels::inputs(graph, labels);
    let Some(first) = inputs.first() else {
        bail!("a model needs at least one label");
    };
    let pixels = merge.concept(graph, labels, &inputs)?;
    Ok(Features {
        value: picture(graph, &pixels, first, channels),
        channels,
    })
}

/// The picture in [0, 1], the output of the graph.
pub(super) fn image(
    graph: &mut Graph,
    backbone: &BackboneNetwork,
    concept: Features,
) -> Result<()> {
    let colours = backbone.colours(graph, concept)?;
    let half = graph.scalar(0.5);
    let image = graph.op("Mul", &[&colours, &half]);
    let image = graph.op("Add", &[&image, &half]);
    // Engines approximate tanh, so values may exceed (-1, 1) by a rounding error.
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let image = graph.node("Clip", &[&image, &zero, &one]).named(IMAGE);
    let dims = vec![named("batch"), fixed(3), named("height"), named("width")];
    graph.output(&image, dims);
    Ok(())
}

/// Reorders `[pixels, channels]` to `[batch, channels, height, width]` with the sides of `input`.
fn picture(graph: &mut Graph, pixels: &Value, input: &Value, channels: usize) -> Value {
    let batch = graph
        .node("Shape", &[input])
        .int("start", 0)
        .int("end", 1)
        .output();
    let sides = graph
        .node("Shape", &[input])
        .int("start", 2)
        .int("end", 4)
        .output();
    let last = graph.list(&[channels as i64]);
    let shape = graph
        .node("Concat", &[&batch, &sides, &last])
        .int("axis", 0)
        .output();
    let pixels = graph.op("Reshape", &[pixels, &shape]);
    let concept = graph
        .node("Transpose", &[&pixels])
        .ints("perm", [0, 3, 1, 2])
        .named(CONCEPT);
    let dims = vec![
        named("batch"),
        fixed(channels),
        named("height"),
        named("width"),
    ];
    graph.describe(&concept, dims);
    concept
}
