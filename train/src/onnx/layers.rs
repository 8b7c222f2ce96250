//! ONNX nodes used in several parts of the graph.

use std::{f32::consts::SQRT_2, ops::Range};

use anyhow::Result;
use burn::nn::LayerNorm;

use super::{
    builder::{Graph, Value},
    weights::{self, Dense},
};

/// Epsilon of all norms; `burn` does not expose that of a layer norm.
pub(crate) const EPSILON: f32 = 1e-5;

/// The most tensors that a node joins or makes. WebGPU guarantees eight buffers in a shader, and a runtime may use one for
/// the other side of the node and one for the sizes.
const MAX_PARTS: usize = 6;

/// Beyond this, `tanh` is 1 to the last bit of a float32, but some runtimes compute infinity divided by infinity.
const TANH_LIMIT: f32 = 10.0;

/// Concatenates along the last axis.
pub(crate) fn concat(graph: &mut Graph, parts: &[Value]) -> Value {
    if let [part] = parts {
        return part.clone();
    }
    if parts.len() > MAX_PARTS {
        let groups = parts.chunks(group(parts.len()));
        let joined: Vec<Value> = groups.map(|parts| concat(graph, parts)).collect();
        return concat(graph, &joined);
    }
    let parts: Vec<&Value> = parts.iter().collect();
    graph.node("Concat", &parts).int("axis", -1).output()
}

/// Splits an axis into parts of these sizes.
pub(crate) fn split(graph: &mut Graph, value: &Value, axis: i64, sizes: &[i64]) -> Vec<Value> {
    if sizes.len() == 1 {
        return vec![value.clone()];
    }
    if sizes.len() > MAX_PARTS {
        let groups: Vec<&[i64]> = sizes.chunks(group(sizes.len())).collect();
        let sums: Vec<i64> = groups.iter().map(|sizes| sizes.iter().sum()).collect();
        let wholes = split(graph, value, axis, &sums);
        let parts = wholes.iter().zip(groups);
        return parts
            .flat_map(|(whole, sizes)| split(graph, whole, axis, sizes))
            .collect();
    }
    let list = graph.list(sizes);
    graph
        .node("Split", &[value, &list])
        .int("axis", axis)
        .outputs(sizes.len())
}

/// The size of the groups that more than [`MAX_PARTS`] parts are divided into: as few groups as one node takes.
fn group(parts: usize) -> usize {
    parts.div_ceil(parts.div_ceil(MAX_PARTS).min(MAX_PARTS))
}

/// A range of an axis.
pub(crate) fn slice(graph: &mut Graph, value: &Value, axis: i64, range: Range<usize>) -> Value {
    let (first, end) = (
        graph.list(&[range.start as i64]),
        graph.list(&[range.end as i64]),
    );
    let axis = graph.list(&[axis]);
    graph.op("Slice", &[value, &first, &end, &axis])
}

/// Hyperbolic tangent.
pub(crate) fn tanh(graph: &mut Graph, value: &Value) -> Value {
    let (least, most) = (graph.scalar(-TANH_LIMIT), graph.scalar(TANH_LIMIT));
    let clipped = graph.op("Clip", &[value, &least, &most]);
    graph.op("Tanh", &[&clipped])
}

/// A dense layer, from `[rows, input]` to `[rows, output]`.
pub(crate) fn dense(graph: &mut Graph, input: &Value, layer: &Dense) -> Result<Value> {
    let name = &layer.name;
    let weight = graph.weight(
        &format!("{name}.weight"),
        &[layer.input, layer.output],
        &layer.weight,
    )?;
    let bias = graph.weight(&format!("{name}.bias"), &[layer.output], &layer.bias)?;
    Ok(graph.op("Gemm", &[input, &weight, &bias]))
}

/// Exact GELU, `x / 2 (1 + erf(x / sqrt 2))`, in the order of factors that ONNX Runtime fuses.
pub(crate) fn gelu(graph: &mut Graph, input: &Value) -> Value {
    let (root, one, half) = (graph.scalar(SQRT_2), graph.scalar(1.0), graph.scalar(0.5));
    let scaled = graph.op("Div", &[input, &root]);
    let erf = graph.op("Erf", &[&scaled]);
    let gate = graph.op("Add", &[&erf, &one]);
    let gated = graph.op("Mul", &[input, &gate]);
    graph.op("Mul", &[&gated, &half])
}

/// Layer norm over the last axis of `[rows, size]`.
pub(crate) fn layer_norm(
    graph: &mut Graph,
    input: &Value,
    name: &str,
    layer: &LayerNorm,
    size: usize,
) -> Result<Value> {
    let [gamma, beta] = weights::norm(name, layer, size)?;
    let gamma = graph.weight(&format!("{name}.gamma"), &[size], &gamma)?;
    let beta = graph.weight(&format!("{name}.beta"), &[size], &beta)?;
    Ok(graph
        .node("LayerNormalization", &[input, &gamma, &beta])
        .int("axis", -1)
        .float("epsilon", EPSILON)
        .output())
}

/// Reshapes to these dimensions; 0 keeps a dimension and -1 is inferred.
pub(crate) fn reshape(graph: &mut Graph, value: &Value, sides: &[i64]) -> Value {
    let sides = graph.list(sides);
    graph.op("Reshape", &[value, &sides])
}

/// Permutes the dimensions.
pub(crate) fn transpose<const N: usize>(
    graph: &mut Graph,
    value: &Value,
    order: [i64; N],
) -> Value {
    graph
        .node("Transpose", &[value])
        .ints("perm", order)
        .output()
}

/// Mean over the labels of each pixel, `[pixels * labels, size]` to `[pixels, size]`.
pub(crate) fn mean(graph: &mut Graph, rows: &Value, labels: usize, size: usize) -> Value {
    let tokens = reshape(graph, rows, &[-1, labels as i64, size as i64]);
    graph
        .node("ReduceMean", &[&tokens])
        .ints("axes", [1])
        .int("keepdims", 0)
        .output()
}
