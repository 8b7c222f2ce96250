//! ONNX nodes of the pixel networks: five dense layers for each tile of the concept tensor.
//!
//! No node computes a shape. Reshapes copy the dimensions that are not constant, so that engines can plan this part
//! ahead and capture it in a CUDA graph.

use anyhow::Result;

use super::super::{
    pixel_mlp::{LEAKY_SLOPE, LayerSlice, PixelMlp},
    position,
};
use crate::onnx::{
    builder::{Graph, Value},
    layers::{self, reshape, transpose},
};

/// The colours `[batch, 3, height, width]`, before the last tanh.
pub(super) fn paint(
    graph: &mut Graph,
    network: &PixelMlp,
    concept: &Value,
    parameters: &Value,
) -> Result<Value> {
    graph.enter("asap.pixel_mlp");
    let code_channels = position::channels(network.tile);
    let channels = network.input_channels();
    let layers = network.layers();
    let parts = split(graph, network, parameters, channels);
    let [bias, concept_weight, code_weight, rest @ ..] = &parts[..] else {
        unreachable!("split returns eleven parts")
    };

    // The input of the first layer is the concept concatenated with the position code. The code is the same in every
    // tile, so its part of the sum is one small product per tile.
    let pixels = tiles(graph, concept, network.tile, channels);
    let code = graph.weight(
        "asap.pixel_mlp.position_code",
        &[network.tile * network.tile, code_channels],
        &position::table(network.tile),
    )?;
    let code = graph.op("MatMul", &[&code, code_weight]);
    let constant = graph.op("Add", &[&code, bias]);
    let product = graph.op("MatMul", &[&pixels, concept_weight]);
    let mut values = graph.op("Add", &[&product, &constant]);
    for pair in rest.chunks_exact(2) {
        values = graph
            .node("LeakyRelu", &[&values])
            .float("alpha", LEAKY_SLOPE as f32)
            .output();
        let product = graph.op("MatMul", &[&values, &pair[1]]);
        values = graph.op("Add", &[&product, &pair[0]]);
    }
    let [.., LayerSlice { output, .. }] = layers;
    Ok(untile(graph, &values, network.tile, output))
}

/// Splits the parameter vectors into matrices `[batch, rows, columns, input, output]`: bias and weights of each
/// layer. The weights of the first layer are split into those for the concept and those for the position code.
fn split(graph: &mut Graph, network: &PixelMlp, parameters: &Value, channels: usize) -> Vec<Value> {
    let mut matrices = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        matrices.push([1, layer.output]);
        if index == 0 {
            matrices.push([channels, layer.output]);
            matrices.push([layer.input - channels, layer.output]);
        } else {
            matrices.push([layer.input, layer.output]);
        }
    }
    let sizes: Vec<i64> = matrices.iter().map(|[i, o]| (i * o) as i64).collect();
    let last = transpose(graph, parameters, [0, 2, 3, 1]);
    layers::split(graph, &last, -1, &sizes)
        .iter()
        .zip(matrices)
        .map(|(part, [input, output])| {
            reshape(graph, part, &[0, 0, 0, input as i64, output as i64])
        })
        .collect()
}

/// `[batch, channels, height, width]` to `[batch, rows, columns, tile * tile, channels]`.
///
/// Columns are split before rows, because a reshape can only copy dimensions that keep their index. This moves long
/// runs of channels and is faster than SpaceToDepth.
fn tiles(graph: &mut Graph, value: &Value, tile: usize, channels: usize) -> Value {
    let (run, pixels) = (tile * channels, tile * tile);
    let last = transpose(graph, value, [0, 2, 3, 1]);
    let runs = reshape(graph, &last, &[0, 0, -1, run as i64]);
    let columns = transpose(graph, &runs, [0, 2, 1, 3]);
    let cells = reshape(graph, &columns, &[0, 0, -1, pixels as i64, channels as i64]);
    transpose(graph, &cells, [0, 2, 1, 3, 4])
}

/// The inverse of [`tiles`].
fn untile(graph: &mut Graph, value: &Value, tile: usize, channels: usize) -> Value {
    let cells = transpose(graph, value, [0, 2, 1, 3, 4]);
    let columns = reshape(graph, &cells, &[0, 0, -1, (tile * channels) as i64]);
    let runs = transpose(graph, &columns, [0, 2, 1, 3]);
    let last = reshape(graph, &runs, &[0, 0, -1, channels as i64]);
    transpose(graph, &last, [0, 3, 1, 2])
}
