//! The merge: tokens to the concept tensor, as in [`crate::net::tlam`].
//!
//! Three choices make it fast and change no number beyond rounding: all dense layers run on
//! `[pixels * labels, d]`, the scale of the scores sits in the weights of the queries, and the mean
//! over labels comes before the last dense layer, which then runs on one row a pixel.

use anyhow::Result;

use super::{
    builder::{Graph, Value, fixed, named},
    labels::Tokens,
    layers::{dense, gelu, layer_norm, reshape, transpose},
    weights::Dense,
};
use crate::net::tlam::{Block, Tlam};

/// Name of the one value that crosses from the merge to the rendering.
pub(super) const CONCEPT: &str = "concept";

/// Sizes that every block shares.
struct Shape {
    labels: usize,
    dimension: usize,
}

/// The concept tensor `[batch, dimension, height, width]`.
pub(super) fn merge(graph: &mut Graph, tlam: &Tlam, input: &Tokens) -> Result<Value> {
    let [labels, dimension] = tlam.label_encodings.dims();
    let shape = Shape { labels, dimension };
    graph.enter("tlam");
    let mut tokens = reshape(graph, &input.tokens, &[-1, dimension as i64]);
    let mut merged = None;
    for (index, block) in tlam.blocks.iter().enumerate() {
        let name = format!("tlam.blocks.{index}");
        graph.enter(name.clone());
        tokens = attention(graph, block, &name, &tokens, &shape)?;
        let hidden = hidden(graph, block, &name, &tokens, &shape)?;
        let contract = Dense::read(
            &format!("{name}.contract"),
            &block.contract,
            [width(block), dimension],
        )?;
        if index + 1 < tlam.blocks.len() {
            let change = dense(graph, &hidden, &contract)?;
            tokens = graph.op("Add", &[&tokens, &change]);
        } else {
            let hidden = mean(graph, &hidden, labels, width(block));
            let tokens = mean(graph, &tokens, labels, dimension);
            let change = dense(graph, &hidden, &contract)?;
            merged = Some(graph.op("Add", &[&tokens, &change]));
        }
    }
    graph.enter("tlam");
    let merged = merged.unwrap_or_else(|| mean(graph, &tokens, labels, dimension));
    Ok(picture(graph, &merged, &input.first_input, dimension))
}

/// Tokens plus what attention adds to them.
fn attention(
    graph: &mut Graph,
    block: &Block,
    name: &str,
    tokens: &Value,
    &Shape { labels, dimension }: &Shape,
) -> Result<Value> {
    let heads = block.heads as i64;
    let head = dimension / block.heads;
    let mut joint = Dense::read(
        &format!("{name}.query_key_value"),
        &block.query_key_value,
        [dimension, 3 * dimension],
    )?;
    joint.scale_outputs(dimension, (1.0 / (head as f64).sqrt()) as f32);
    let output = Dense::read(&format!("{name}.output"), &block.output, [dimension; 2])?;

    let norm = format!("{name}.attention_norm");
    let normed = layer_norm(graph, tokens, &norm, &block.attention_norm, dimension)?;
    let joint = dense(graph, &normed, &joint)?;
    let joint = reshape(graph, &joint, &[-1, labels as i64, 3 * heads, head as i64]);
    let joint = transpose(graph, &joint, [0, 2, 1, 3]);
    let sizes = graph.list(&[heads; 3]);
    let parts = graph
        .node("Split", &[&joint, &sizes])
        .int("axis", 1)
        .outputs(3);
    let [query, key, value] = &parts[..] else {
        unreachable!("three outputs were asked for")
    };
    let key = transpose(graph, key, [0, 1, 3, 2]);
    let scores = graph.op("MatMul", &[query, &key]);
    let shares = graph.node("Softmax", &[&scores]).int("axis", -1).output();
    let mixed = graph.op("MatMul", &[&shares, value]);
    let mixed = transpose(graph, &mixed, [0, 2, 1, 3]);
    let mixed = reshape(graph, &mixed, &[-1, dimension as i64]);
    let change = dense(graph, &mixed, &output)?;
    Ok(graph.op("Add", &[tokens, &change]))
}

/// The hidden layer of a block's second half, `[pixels * labels, width]`.
fn hidden(
    graph: &mut Graph,
    block: &Block,
    name: &str,
    tokens: &Value,
    shape: &Shape,
) -> Result<Value> {
    let d = shape.dimension;
    let expand = Dense::read(&format!("{name}.expand"), &block.expand, [d, width(block)])?;
    let norm = format!("{name}.mlp_norm");
    let normed = layer_norm(graph, tokens, &norm, &block.mlp_norm, d)?;
    let expanded = dense(graph, &normed, &expand)?;
    Ok(gelu(graph, &expanded))
}

fn width(block: &Block) -> usize {
    let [_, width] = block.expand.weight.dims();
    width
}

/// Mean over the labels of each pixel, `[pixels * labels, size]` to `[pixels, size]`.
fn mean(graph: &mut Graph, rows: &Value, labels: usize, size: usize) -> Value {
    let tokens = reshape(graph, rows, &[-1, labels as i64, size as i64]);
    graph
        .node("ReduceMean", &[&tokens])
        .ints("axes", [1])
        .int("keepdims", 0)
        .output()
}

/// `[pixels, dimension]` back to a picture of the size of `input`.
fn picture(graph: &mut Graph, pixels: &Value, input: &Value, dimension: usize) -> Value {
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
    let channels = graph.list(&[dimension as i64]);
    let shape = graph
        .node("Concat", &[&batch, &sides, &channels])
        .int("axis", 0)
        .output();
    let pixels = graph.op("Reshape", &[pixels, &shape]);
    let concept = graph
        .node("Transpose", &[&pixels])
        .ints("perm", [0, 3, 1, 2])
        .named(CONCEPT);
    let dims = vec![
        named("batch"),
        fixed(dimension),
        named("height"),
        named("width"),
    ];
    graph.describe(&concept, dims);
    concept
}
