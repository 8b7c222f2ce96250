//! ONNX nodes of the naive merge: concatenation of the encoded labels.

use anyhow::Result;
use multicond::label::Label;

use crate::onnx::{
    builder::{Graph, Value},
    labels::{self, Input},
    layers::concat,
};

/// The concept of all pixels, `[pixels, sum of label channels]`.
pub(super) fn merge(graph: &mut Graph, labels: &[Label], inputs: &[Input]) -> Result<Value> {
    let mut encoded = Vec::with_capacity(labels.len());
    for (label, input) in labels.iter().zip(inputs) {
        graph.enter(format!("labels.{}", label.name));
        encoded.push(labels::encoded(graph, label, input)?);
    }
    graph.enter("naive");
    Ok(concat(graph, &encoded))
}
