//! The merge that looks at one label, as in [`crate::net::semantics`]. The other labels stay inputs of the
//! graph, which no node reads.

use anyhow::Result;
use multicond::label::Label;

use super::{
    builder::{Graph, Value},
    labels,
};
use crate::net::semantics::Semantics;

/// The concept of all pixels, `[pixels, channels of the label]`.
pub(super) fn merge(
    graph: &mut Graph,
    merge: &Semantics,
    labels: &[Label],
    inputs: &[Value],
) -> Result<Value> {
    let label = &labels[merge.label];
    graph.enter(format!("labels.{}", label.name));
    let encoded = labels::encoded(graph, label, &inputs[merge.label])?;
    graph.enter("semantics");
    Ok(encoded)
}
