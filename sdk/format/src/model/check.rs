//! Checks that a graph has the inputs and outputs that its manifest declares.

use super::{
    Manifest,
    outline::{Graph, Model},
    proto::{DataType, Dimension, ValueInfoProto},
};
use crate::label::Label;

/// ONNX operator sets that both ONNX Runtime and tract run.
const OPSETS: std::ops::RangeInclusive<i64> = 17..=20;

/// Name of the graph's output, the picture.
pub const IMAGE: &str = "image";
/// Name of the tensor between the two parts of a model: the merge, which works per pixel, and the rendering.
pub const CONCEPT: &str = "concept";

pub(super) fn check(model: &Model, manifest: &Manifest) -> Result<(), String> {
    let standard = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    let opset = model.opset_import.iter().find(|set| standard(&set.domain));
    match opset.map(|set| set.version) {
        Some(version) if OPSETS.contains(&version) => {}
        Some(version) => {
            let (first, last) = (OPSETS.start(), OPSETS.end());
            return Err(format!(
                "needs ONNX operators {version}, expected {first} to {last}"
            ));
        }
        None => return Err("does not say which ONNX operators it needs".into()),
    }
    let graph = model.graph.as_ref().ok_or("no graph")?;
    for label in &manifest.labels {
        input(graph, label)?;
    }
    let is_label = |input: &ValueInfoProto| manifest.labels.iter().any(|l| l.name == input.name);
    if let Some(input) = graph.input.iter().find(|&input| !is_label(input)) {
        return Err(format!(
            "input `{}` is none of the manifest's labels",
            input.name
        ));
    }
    let image = graph.output.iter().find(|output| output.name == IMAGE);
    let image = image.ok_or_else(|| format!("no output `{IMAGE}`"))?;
    if elem_type(image) != Some(DataType::Float) {
        return Err(format!("output `{IMAGE}` is not float32"));
    }
    Ok(())
}

fn input(graph: &Graph, label: &Label) -> Result<(), String> {
    let name = &label.name;
    let input = graph.input.iter().find(|input| &input.name == name);
    let input = input.ok_or_else(|| format!("no input for label `{name}`"))?;
    let expected = number_type(label);
    if elem_type(input) != Some(expected) {
        let type_name = match expected {
            DataType::Int32 => "int32",
            _ => "float32",
        };
        return Err(format!("input `{name}` is not {type_name}"));
    }
    let dims = input
        .r#type
        .as_ref()
        .and_then(|t| t.tensor_type.as_ref()?.shape.as_ref())
        .map(|shape| shape.dim.as_slice());
    let channels = match dims {
        Some([_, channels, _, _]) => &channels.value,
        _ => return Err(format!("input `{name}` does not have four dimensions")),
    };
    let wanted = label.channels();
    match channels {
        Some(Dimension::Fixed(count)) if usize::try_from(*count) == Ok(wanted) => Ok(()),
        _ => Err(format!("input `{name}` does not have {wanted} channels")),
    }
}

/// The type of a label's graph input: int32 for a categorical label, float32 for a continuous one.
pub fn number_type(label: &Label) -> DataType {
    match label.classes() {
        Some(_) => DataType::Int32,
        None => DataType::Float,
    }
}

fn elem_type(value: &ValueInfoProto) -> Option<DataType> {
    let tensor = value.r#type.as_ref()?.tensor_type.as_ref()?;
    DataType::try_from(tensor.elem_type).ok()
}
