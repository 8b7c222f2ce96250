//! The two parts of a generator's graph: from the labels to the concept tensor, and from there to the picture.

use anyhow::{Result, bail};
use multicond_format::model::{FixedShape, Manifest};

use super::{
    ExportOptions,
    builder::{Graph, Value},
    convolution::Features,
    hints,
    labels::{self, Input},
    layers::{self, tanh},
};
use crate::net::GeneratorNetwork;

/// Name of the only value between the two parts.
const CONCEPT: &str = "concept";
/// Name of the output.
const IMAGE: &str = "image";

/// The concept tensor `[batch, channels, height, width]`. Adds inputs to the graph for every label.
pub(super) fn concept(
    graph: &mut Graph,
    generator: &GeneratorNetwork,
    manifest: &Manifest,
    options: &ExportOptions,
) -> Result<Features> {
    let (labels, channels) = (&manifest.labels, manifest.concept_channels);
    let add = |label| Input::add(graph, label, manifest.confidence, options);
    let mut inputs: Vec<Input> = labels.iter().map(add).collect();
    let Some(first) = inputs.first().map(|input| input.value().clone()) else {
        bail!("a model needs at least one label");
    };
    let hint = hints::colours(graph, &generator.hints, labels, &mut inputs)?;
    let mut pixels = generator.merge.concept(graph, labels, &inputs)?;
    if let Some(hint) = hint {
        pixels = layers::concat(graph, &[pixels, hint]);
    }
    let shape = match options.fixed {
        Some(FixedShape { batch, size }) => {
            let sides = [batch, size.height, size.width, channels].map(|side| side as i64);
            graph.list(&sides)
        }
        None => shape_of(graph, &first, channels),
    };
    let pixels = graph.op("Reshape", &[&pixels, &shape]);
    let concept = graph
        .node("Transpose", &[&pixels])
        .ints("perm", [0, 3, 1, 2])
        .named(CONCEPT);
    graph.describe(&concept, labels::dims(options.fixed, channels));
    Ok(Features {
        value: concept,
        channels,
    })
}

/// The picture in [0, 1], the output of the graph.
pub(super) fn image(
    graph: &mut Graph,
    generator: &GeneratorNetwork,
    concept: Features,
    options: &ExportOptions,
) -> Result<()> {
    let mut colours = generator.backbone.colours(graph, concept.clone())?;
    if generator.hints.channels() > 0 {
        let hint = hints::of_concept(graph, &generator.hints, &concept);
        colours = graph.op("Add", &[&colours, &hint]);
    }
    let colours = tanh(graph, &colours);
    let half = graph.scalar(0.5);
    let image = graph.op("Mul", &[&colours, &half]);
    let image = graph.op("Add", &[&image, &half]);
    // Engines approximate tanh, so values may exceed (-1, 1) by a rounding error.
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let image = graph.node("Clip", &[&image, &zero, &one]).named(IMAGE);
    graph.output(&image, labels::dims(options.fixed, 3));
    Ok(())
}

/// `[batch, height, width, channels]` with the sides of `input`.
fn shape_of(graph: &mut Graph, input: &Value, channels: usize) -> Value {
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
    graph
        .node("Concat", &[&batch, &sides, &last])
        .int("axis", 0)
        .output()
}
