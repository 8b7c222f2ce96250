//! ONNX nodes of TLAM.
//!
//! Three optimisations change the result by rounding only: all dense layers run on `[pixels * labels, d]`, the scale
//! of the attention scores is folded into the weights of the queries, and the mean over labels is taken before the
//! last dense layer, which then runs on one row per pixel.

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor, TensorData, activation};
use multicond::label::Label;

use super::network::{Block, Tlam};
use crate::onnx::{
    builder::{Graph, Value},
    labels::{self, Input, Values},
    layers::{concat, dense, gelu, layer_norm, mean, reshape, split, transpose},
    weights::{self, Dense},
};

/// Sizes shared by all blocks.
struct Shape {
    labels: usize,
    dimension: usize,
}

/// The concept of all pixels, `[pixels, dimension]`.
pub(super) fn merge(
    graph: &mut Graph,
    tlam: &Tlam,
    labels: &[Label],
    inputs: &[Input],
) -> Result<Value> {
    let tokens = tokens(graph, tlam, labels, inputs)?;
    let [labels, dimension] = tlam.label_encodings.dims();
    let shape = Shape { labels, dimension };
    graph.enter("tlam");
    let mut tokens = reshape(graph, &tokens, &[-1, dimension as i64]);
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
    Ok(merged.unwrap_or_else(|| mean(graph, &tokens, labels, dimension)))
}

/// The tokens of all labels, concatenated, `[pixels, labels * dimension]`.
fn tokens(graph: &mut Graph, tlam: &Tlam, labels: &[Label], inputs: &[Input]) -> Result<Value> {
    let count = labels.len();
    let [_, dimension] = tlam.label_encodings.dims();
    let encodings = weights::read(
        "tlam.label_encodings",
        &tlam.label_encodings,
        [count, dimension],
    )?;
    let mut tokens = Vec::with_capacity(count);
    for (index, (label, encoding)) in labels
        .iter()
        .zip(encodings.chunks_exact(dimension))
        .enumerate()
    {
        let projection = Dense::read(
            &format!("tlam.projections.{index}"),
            &tlam.projections[index],
            [label.network_channels(), dimension],
        )?;
        graph.enter(format!("labels.{}", label.name));
        let input = &inputs[index];
        let token = match &input.values {
            Values::Classes(ids) if !input.has_confidence() => {
                class_token(graph, ids, label.class_count(), &projection, encoding)
            }
            _ => labels::projected(graph, label, input, &projection)
                .and_then(|projected| value_token(graph, &projected, &projection, encoding)),
        };
        tokens.push(token.with_context(|| format!("label `{}`", label.name))?);
    }
    graph.enter("labels");
    Ok(concat(graph, &tokens))
}

/// The tokens of a categorical label, looked up in a table with one row per class and one for missing values.
fn class_token(
    graph: &mut Graph,
    input: &Value,
    classes: usize,
    projection: &Dense,
    encoding: &[f32],
) -> Result<Value> {
    let table = class_table(classes, projection, encoding)?;
    let table = graph.weight(
        &format!("{}.table", projection.name),
        &[classes + 1, projection.output],
        &table,
    )?;
    Ok(labels::lookup(graph, input, None, classes, &table))
}

/// The table of tokens, `[classes + 1, dimension]`. The last row is for missing values, whose one-hot vector and
/// presence are zero. Computed with `burn`, as in training.
fn class_table(classes: usize, projection: &Dense, encoding: &[f32]) -> Result<Vec<f32>> {
    let d = projection.output;
    let mut before = labels::class_rows(projection, classes);
    for row in before.chunks_exact_mut(d) {
        row.iter_mut()
            .zip(&projection.bias)
            .for_each(|(number, bias)| *number += bias);
    }
    let device = Device::flex();
    let before = Tensor::<2>::from_data(TensorData::new(before, [classes + 1, d]), &device);
    let encoding = Tensor::<2>::from_data(TensorData::new(encoding.to_vec(), [1, d]), &device);
    let table = activation::gelu(before) + encoding;
    table
        .into_data()
        .try_into_vec::<f32>()
        .map_err(|error| anyhow::anyhow!("class tokens cannot be read: {error:?}"))
}

/// The tokens of a projected label, `[pixels, dimension]`.
fn value_token(
    graph: &mut Graph,
    projected: &Value,
    projection: &Dense,
    encoding: &[f32],
) -> Result<Value> {
    let active = gelu(graph, projected);
    let encoding = graph.weight(
        &format!("{}.label_encoding", projection.name),
        &[projection.output],
        encoding,
    )?;
    Ok(graph.op("Add", &[&active, &encoding]))
}

/// The attention half of a block: tokens plus the output of attention.
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
    let parts = split(graph, &joint, 1, &[heads; 3]);
    let [query, key, value] = &parts[..] else {
        unreachable!("split into three parts")
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

/// The hidden layer of a block's MLP, `[pixels * labels, width]`.
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
