//! ASAP's low-resolution stream: the concept tensor to one vector of pixel-network parameters a tile.

use anyhow::{Context, Result};

use super::{
    builder::{Graph, Value},
    layers::EPSILON,
    weights,
};
use crate::net::asap::{
    downsample::{padding, tent},
    low_resolution::{LowResolution, Stage},
};

const NAME: &str = "asap.low_resolution";

/// `[batch, input, height, width]` to `[batch, parameters, height / tile, width / tile]`.
pub(super) fn parameters(
    graph: &mut Graph,
    stream: &LowResolution,
    concept: &Value,
    input: usize,
    parameters: usize,
) -> Result<Value> {
    graph.enter(NAME);
    let mut channels = input;
    let mut features = downsample(graph, concept, stream.fixed_downsampling, channels)?;
    for (index, stage) in stream.stages.iter().enumerate() {
        let name = format!("{NAME}.stages.{index}");
        graph.enter(name.clone());
        (features, channels) = convolve(graph, stage, &name, &features, channels)?;
    }
    graph.enter(format!("{NAME}.head"));
    let head = &stream.head;
    let dims = [parameters, channels, 1, 1];
    let weight_name = format!("{NAME}.head.weight");
    let bias_name = format!("{NAME}.head.bias");
    let bias = head
        .bias
        .as_ref()
        .with_context(|| format!("tensor `{bias_name}` is missing"))?;
    let weight = weights::read(&weight_name, &head.weight, dims)?;
    let weight = graph.weight(&weight_name, &dims, &weight)?;
    let bias = weights::read(&bias_name, bias, [parameters])?;
    let bias = graph.weight(&bias_name, &[parameters], &bias)?;
    Ok(graph.op("Conv", &[&features, &weight, &bias]))
}

/// 3x3 convolution, instance norm, ReLU; gives the features and their channels.
fn convolve(
    graph: &mut Graph,
    stage: &Stage,
    name: &str,
    input: &Value,
    channels: usize,
) -> Result<(Value, usize)> {
    let convolution = &stage.convolution;
    let [output, ..] = convolution.weight.dims();
    let [down, right] = convolution.stride.map(|stride| stride as i64);
    let weight_name = format!("{name}.convolution.weight");
    let dims = [output, channels, 3, 3];
    let weight = weights::read(&weight_name, &convolution.weight, dims)?;
    let weight = graph.weight(&weight_name, &dims, &weight)?;
    let convolved = graph
        .node("Conv", &[input, &weight])
        .ints("pads", [1; 4])
        .ints("strides", [down, right])
        .output();

    let norm = [("gamma", &stage.norm.gamma), ("beta", &stage.norm.beta)];
    let mut factors = Vec::with_capacity(norm.len());
    for (part, parameter) in norm {
        let name = format!("{name}.norm.{part}");
        let parameter = parameter
            .as_ref()
            .with_context(|| format!("tensor `{name}` is missing"))?;
        let values = weights::read(&name, parameter, [output])?;
        factors.push(graph.weight(&name, &[output], &values)?);
    }
    let mut inputs = vec![&convolved];
    inputs.extend(&factors);
    let normed = graph
        .node("InstanceNormalization", &inputs)
        .float("epsilon", EPSILON)
        .output();
    Ok((graph.op("Relu", &[&normed]), output))
}

/// The fixed tent filter, along rows and then along columns.
fn downsample(graph: &mut Graph, input: &Value, factor: usize, channels: usize) -> Result<Value> {
    if factor == 1 {
        return Ok(input.clone());
    }
    let pad = padding(factor) as i64;
    let pads = graph.list(&[0, 0, pad, pad, 0, 0, pad, pad]);
    let padded = graph
        .node("Pad", &[input, &pads])
        .text("mode", "reflect")
        .output();
    let taps = tent(factor).repeat(channels);
    let step = factor as i64;
    let rows = graph.weight(
        &format!("{NAME}.tent_rows"),
        &[channels, 1, 1, 2 * factor],
        &taps,
    )?;
    let narrow = graph
        .node("Conv", &[&padded, &rows])
        .int("group", channels as i64)
        .ints("strides", [1, step])
        .output();
    let columns = graph.weight(
        &format!("{NAME}.tent_columns"),
        &[channels, 1, 2 * factor, 1],
        &taps,
    )?;
    Ok(graph
        .node("Conv", &[&narrow, &columns])
        .int("group", channels as i64)
        .ints("strides", [step, 1])
        .output())
}
