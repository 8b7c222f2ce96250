//! Labels in physical units to the concept tensor, by whichever merge the generator has.

use anyhow::{Result, bail};
use multicond::label::Label;

use super::{
    builder::{Graph, Value, fixed, named},
    clam, labels, naive, semantics, tlam,
};
use crate::{data::encoded_channels, net::Merge};

/// Name of the one value that crosses from the merge to the rendering.
const CONCEPT: &str = "concept";

/// The concept tensor `[batch, channels, height, width]`; every label becomes an input of the graph.
pub(super) fn concept(
    graph: &mut Graph,
    merge: &Merge,
    labels: &[Label],
    channels: usize,
) -> Result<Value> {
    let inputs = labels::inputs(graph, labels);
    let Some(first) = inputs.first() else {
        bail!("a model needs at least one label");
    };
    let pixels = match merge {
        Merge::Tlam(tlam) => tlam::merge(graph, tlam, labels, &inputs)?,
        Merge::Clam(clam) => clam::merge(graph, clam, labels, &inputs, channels)?,
        Merge::Naive(_) => naive::merge(graph, labels, &inputs)?,
        Merge::Semantics(merge) => semantics::merge(graph, merge, labels, &inputs)?,
    };
    Ok(picture(graph, &pixels, first, channels))
}

/// The manifest's labels and concept tensor must be those of this merge.
pub(super) fn check_sizes(merge: &Merge, labels: &[Label], channels: usize) -> Result<()> {
    let (label_counts, concept) = match merge {
        Merge::Tlam(tlam) => {
            let [labels, dimension] = tlam.label_encodings.dims();
            (vec![labels, tlam.projections.len()], dimension)
        }
        Merge::Clam(clam) => {
            let first = clam.branches.first();
            let dimension = first.map_or(0, |branch| branch.projection.weight.dims()[1]);
            (vec![clam.branches.len()], dimension)
        }
        Merge::Naive(naive) => (Vec::new(), naive.channels),
        Merge::Semantics(semantics) => (Vec::new(), semantics.channels),
    };
    let count = labels.len();
    for found in label_counts {
        if found != count {
            bail!("the manifest says {count} labels, the generator has {found}");
        }
    }
    if concept != channels {
        bail!(
            "the manifest says {channels} channels of the concept tensor, the generator has {concept}"
        );
    }
    // The others check the channels of each label where they read its weights.
    let expected = match merge {
        Merge::Tlam(_) | Merge::Clam(_) => return Ok(()),
        Merge::Naive(_) => encoded_channels(labels),
        Merge::Semantics(merge) => labels.get(merge.label).map_or(0, Label::network_channels),
    };
    if concept != expected {
        bail!("the manifest's labels have {expected} channels, the generator takes {concept}");
    }
    Ok(())
}

/// `[pixels, channels]` back to a picture of the size of `input`.
fn picture(graph: &mut Graph, pixels: &Value, input: &Value, channels: usize) -> Value {
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
    let last = graph.list(&[channels as i64]);
    let shape = graph
        .node("Concat", &[&batch, &sides, &last])
        .int("axis", 0)
        .output();
    let pixels = graph.op("Reshape", &[pixels, &shape]);
    let concept = graph
        .node("Transpose", &[&pixels])
        .ints("perm", [0, 3, 1, 2])
        .named(CONCEPT);
    let dims = vec![
        named("batch"),
        fixed(channels),
        named("height"),
        named("width"),
    ];
    graph.describe(&concept, dims);
    concept
}
