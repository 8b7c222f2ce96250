//! ONNX nodes of [`Hints`]: colours of labels that are added to the picture. Equivalent to [`crate::net::hints`].

use anyhow::Result;
use multicond::label::Label;

use super::{
    builder::{Graph, Value},
    convolution::Features,
    labels::{self, Input, Values},
    layers::slice,
};
use crate::net::hints::{Hints, LIMIT};

/// The colours before a tanh, `[pixels, 3]`. The inputs of the hints become their encoded values, which the merge needs,
/// too.
pub(super) fn colours(
    graph: &mut Graph,
    hints: &Hints,
    labels: &[Label],
    inputs: &mut [Input],
) -> Result<Option<Value>> {
    let mut chosen: Option<Value> = None;
    for index in hints.labels().rev() {
        let label = &labels[index];
        graph.enter(format!("labels.{}", label.name));
        let encoded = labels::encoded(graph, label, &inputs[index])?;
        graph.enter(format!("hints.{}", label.name));
        let colour = match label.presence {
            true => slice(graph, &encoded, -1, 0..hints.channels()),
            false => encoded.clone(),
        };
        chosen = Some(match chosen {
            None => colour,
            Some(other) => first_known(graph, &colour, &other),
        });
        inputs[index].values = Values::Rows(encoded);
    }
    Ok(chosen.map(|colour| inverse_tanh(graph, &colour)))
}

/// The hint's part of the concept tensor, its last channels.
pub(super) fn of_concept(graph: &mut Graph, hints: &Hints, concept: &Features) -> Value {
    graph.enter("hints");
    let first = concept.channels - hints.channels();
    slice(graph, &concept.value, 1, first..concept.channels)
}

/// A colour where it is not missing, which is zero in all channels, else the other.
fn first_known(graph: &mut Graph, colour: &Value, other: &Value) -> Value {
    let zero = graph.scalar(0.0);
    let size = graph.op("Abs", &[colour]);
    let sum = graph
        .node("ReduceMax", &[&size])
        .ints("axes", [-1])
        .int("keepdims", 1)
        .output();
    let known = graph.op("Greater", &[&sum, &zero]);
    graph.op("Where", &[&known, colour, other])
}

/// Inverse hyperbolic tangent of clamped colours, by a logarithm: few runtimes have `Atanh`.
fn inverse_tanh(graph: &mut Graph, colour: &Value) -> Value {
    let (least, most) = (graph.scalar(-LIMIT), graph.scalar(LIMIT));
    let clamped = graph.op("Clip", &[colour, &least, &most]);
    let (one, half) = (graph.scalar(1.0), graph.scalar(0.5));
    let above = graph.op("Add", &[&one, &clamped]);
    let below = graph.op("Sub", &[&one, &clamped]);
    let ratio = graph.op("Div", &[&above, &below]);
    let logarithm = graph.op("Log", &[&ratio]);
    graph.op("Mul", &[&logarithm, &half])
}
