//! ONNX nodes of the encoded label. The other labels remain inputs of the graph that no node reads.

use anyhow::Result;
use multicond::label::Label;

use super::network::Semantics;
use crate::onnx::{
    builder::{Graph, Value},
    labels::{self, Input},
};

/// The concept of all pixels, `[pixels, channels of the label]`.
pub(super) fn merge(
    graph: &mut Graph,
    merge: &Semantics,
    labels: &[Label],
    inputs: &[Input],
) -> Result<Value> {
    let label = &labels[merge.label];
    graph.enter(format!("labels.{}", label.name));
    let encoded = labels::encoded(graph, label, &inputs[merge.label])?;
    graph.enter("semantics");
    Ok(encoded)
}
