//! ONNX nodes of CLAM.

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor, TensorData};
use multicond::label::Label;

use super::network::{Branch, Clam};
use crate::onnx::{
    builder::{Graph, Value},
    labels::{self, Input, Values},
    layers::{concat, dense, gelu, mean},
    weights::Dense,
};

/// The concept of all pixels, `[pixels, dimension]`.
pub(super) fn merge(
    graph: &mut Graph,
    clam: &Clam,
    labels: &[Label],
    inputs: &[Input],
) -> Result<Value> {
    let mut ends = Vec::with_capacity(labels.len());
    for (index, (label, branch)) in labels.iter().zip(&clam.branches).enumerate() {
        graph.enter(format!("labels.{}", label.name));
        let end = end(graph, branch, index, label, &inputs[index]);
        ends.push(end.with_context(|| format!("label `{}`", label.name))?);
    }
    graph.enter("clam");
    let rows = concat(graph, &ends);
    Ok(mean(graph, &rows, labels.len(), clam.dimension()))
}

/// The output of a label's branch, `[pixels, dimension]`.
fn end(
    graph: &mut Graph,
    branch: &Branch,
    index: usize,
    label: &Label,
    input: &Input,
) -> Result<Value> {
    let channels = label.network_channels();
    let layers = read(branch, index, channels)?;
    match &input.values {
        Values::Classes(ids) if !input.has_confidence() => {
            let classes = label.class_count();
            let table = table(branch, classes, channels)?;
            let dims = [classes + 1, layers[0].output];
            let table = graph.weight(&format!("clam.branches.{index}.table"), &dims, &table)?;
            Ok(labels::lookup(graph, ids, None, classes, &table))
        }
        _ => {
            let (projection, others) = layers.split_first().context("no projection")?;
            let values = labels::projected(graph, label, input, projection)?;
            let values = gelu(graph, &values);
            others.iter().try_fold(values, |values, layer| {
                let values = dense(graph, &values, layer)?;
                Ok(gelu(graph, &values))
            })
        }
    }
}

/// The layers of a label, starting with the projection.
fn read(branch: &Branch, index: usize, channels: usize) -> Result<Vec<Dense>> {
    let [_, d] = branch.projection.weight.dims();
    let mut layers = Vec::with_capacity(1 + branch.layers.len());
    let name = format!("clam.branches.{index}.projection");
    layers.push(Dense::read(&name, &branch.projection, [channels, d])?);
    for (number, layer) in branch.layers.iter().enumerate() {
        let name = format!("clam.branches.{index}.layers.{number}");
        layers.push(Dense::read(&name, layer, [d, d])?);
    }
    Ok(layers)
}

/// The branch's output for every class and, in the last row, for a missing value. Labels do not interact, so this
/// table replaces the branch.
fn table(branch: &Branch, classes: usize, channels: usize) -> Result<Vec<f32>> {
    let data = TensorData::new(labels::one_hot(classes, channels), [classes + 1, channels]);
    let rows = branch.forward(Tensor::<2>::from_data(data, &Device::flex()));
    rows.into_data()
        .try_into_vec::<f32>()
        .map_err(|error| anyhow::anyhow!("class results cannot be read: {error:?}"))
}
