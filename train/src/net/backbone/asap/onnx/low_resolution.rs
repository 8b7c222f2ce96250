//! ONNX nodes of the low-resolution stream, which predicts one vector of pixel-network parameters per tile, and smooth
//! features.

use anyhow::{Result, bail};

use super::super::{
    downsample::{padding, tent},
    low_resolution::{LowResolution, Stage},
};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, Kernel, affine_norm, convolve, reflect},
};

const NAME: &str = "asap.low_resolution";

/// The outputs of the stream for each cell, `[batch, channels, height / tile, width / tile]`.
pub(super) struct Cells {
    pub(super) parameters: Value,
    pub(super) smooth: Option<Features>,
}

/// The stream for a concept.
pub(super) fn cells(
    graph: &mut Graph,
    stream: &LowResolution,
    concept: Features,
    parameters: usize,
) -> Result<Cells> {
    graph.enter(NAME);
    let mut features = downsample(graph, concept, stream.fixed_downsampling)?;
    for (index, stage) in stream.stages.iter().enumerate() {
        let name = format!("{NAME}.stages.{index}");
        graph.enter(name.clone());
        features = convolve_and_norm(graph, stage, &name, &features)?;
    }
    let name = format!("{NAME}.head");
    graph.enter(name.clone());
    let made = convolve(graph, &name, &Kernel::of(&stream.head, 0), &features)?;
    if made.channels != parameters {
        bail!(
            "`{name}` has {} output channels, expected {parameters}",
            made.channels
        );
    }
    let smooth = stream.smooth.as_ref().map(|layer| {
        let name = format!("{NAME}.smooth");
        graph.enter(name.clone());
        convolve(graph, &name, &Kernel::of(layer, 0), &features)
    });
    Ok(Cells {
        parameters: made.value,
        smooth: smooth.transpose()?,
    })
}

/// 3x3 convolution, instance norm, ReLU.
fn convolve_and_norm(
    graph: &mut Graph,
    stage: &Stage,
    name: &str,
    input: &Features,
) -> Result<Features> {
    let convolution = format!("{name}.convolution");
    let convolved = match stage.mirrored {
        0 => convolve(
            graph,
            &convolution,
            &Kernel::of(&stage.convolution, 1),
            input,
        )?,
        pixels => {
            let mirrored = reflect(graph, input, pixels);
            let kernel = Kernel::of(&stage.convolution, 0);
            convolve(graph, &convolution, &kernel, &mirrored)?
        }
    };
    let normed = affine_norm(graph, &format!("{name}.norm"), &stage.norm, &convolved)?;
    Ok(normed.through(graph, "Relu"))
}

/// The fixed tent filter, first along rows, then along columns.
fn downsample(graph: &mut Graph, input: Features, factor: usize) -> Result<Features> {
    if factor == 1 {
        return Ok(input);
    }
    let channels = input.channels;
    let padded = reflect(graph, &input, padding(factor));
    let taps = tent(factor).repeat(channels);
    let step = factor as i64;
    let rows = graph.weight(
        &format!("{NAME}.tent_rows"),
        &[channels, 1, 1, 2 * factor],
        &taps,
    )?;
    let narrow = graph
        .node("Conv", &[&padded.value, &rows])
        .int("group", channels as i64)
        .ints("strides", [1, step])
        .output();
    let columns = graph.weight(
        &format!("{NAME}.tent_columns"),
        &[channels, 1, 2 * factor, 1],
        &taps,
    )?;
    let value = graph
        .node("Conv", &[&narrow, &columns])
        .int("group", channels as i64)
        .ints("strides", [step, 1])
        .output();
    Ok(Features { value, channels })
}
