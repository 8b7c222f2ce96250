//! Checks that a graph has the inputs and outputs that its manifest declares.

use super::fact::Kind;
use crate::{
    label::Label,
    model::{
        Manifest,
        outline::{Graph, Model},
        proto::{DataType, Dimension, ValueInfoProto},
    },
};

/// ONNX operator sets that both ONNX Runtime and tract run.
const OPSETS: std::ops::RangeInclusive<i64> = 17..=20;

/// Name of the graph's output, the picture.
pub const IMAGE: &str = "image";
/// Name of the tensor between the two parts of a model: the merge, which works per pixel, and the rendering.
pub const CONCEPT: &str = "concept";

pub(in crate::model) fn check(model: &Model, manifest: &Manifest) -> Result<(), String> {
    // Sets of other domains do no harm: every node is checked to be in this one.
    let sets = model.opset_import.iter();
    let mut versions = sets
        .filter(|set| super::is_standard(&set.domain))
        .map(|set| set.version);
    match versions.next() {
        Some(_) if versions.next().is_some() => {
            return Err("says twice which ONNX operators it needs".into());
        }
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
        input(graph, &label.name, number_type(label), label.channels())?;
        if manifest.confidence {
            input(graph, &label.confidence_input(), DataType::Float, 1)?;
        }
    }
    let is_label = |input: &ValueInfoProto| manifest.labels.iter().any(|l| l.name == input.name);
    let is_confidence =
        |input: &ValueInfoProto| manifest.confidence_inputs().any(|name| name == input.name);
    let mut inputs = graph.input.iter();
    if let Some(input) = inputs.find(|&input| !is_label(input) && !is_confidence(input)) {
        return Err(format!(
            "input `{}` is none of the manifest's labels{}",
            input.name,
            match manifest.confidence {
                true => " and their confidences",
                false => "",
            }
        ));
    }
    let image = graph.output.iter().find(|output| output.name == IMAGE);
    let image = image.ok_or_else(|| format!("no output `{IMAGE}`"))?;
    if elem_type(image) != Some(DataType::Float) {
        return Err(not(&format!("output `{IMAGE}`"), image, "float32"));
    }
    Ok(())
}

fn input(graph: &Graph, name: &str, expected: DataType, wanted: usize) -> Result<(), String> {
    let input = graph.input.iter().find(|input| input.name == name);
    let input = input.ok_or_else(|| format!("no input `{name}`"))?;
    if elem_type(input) != Some(expected) {
        let type_name = match expected {
            DataType::Int32 => "int32",
            _ => "float32",
        };
        return Err(not(&format!("input `{name}`"), input, type_name));
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

/// Names the type of a value that has a wrong one.
fn not(what: &str, value: &ValueInfoProto, expected: &str) -> String {
    let number = value.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let number = number.and_then(|tensor| u64::try_from(tensor.elem_type).ok());
    match number.and_then(Kind::of) {
        Some(Kind::Float16) => format!(
            "{what} is float16, expected {expected}: convert the model so that inputs and outputs keep their type"
        ),
        Some(kind) => format!("{what} is {}, expected {expected}", kind.name()),
        None => format!("{what} is not {expected}"),
    }
}

fn elem_type(value: &ValueInfoProto) -> Option<DataType> {
    let tensor = value.r#type.as_ref()?.tensor_type.as_ref()?;
    DataType::try_from(tensor.elem_type).ok()
}
