//! Cuts a model in two at the concept tensor. The part before it works per pixel and can run in tiles; the part after
//! it needs the whole picture.

use prost::{Message, bytes::Bytes};

use super::{
    ModelFile,
    check::{CONCEPT, IMAGE, Kind, Reached, number_type},
    outline::{Graph, Model},
    proto::{
        AttributeProto, AttributeType, DataType, Dimension, DimensionProto, NodeProto,
        TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
    },
};
use crate::label::Label;

/// The two parts of a model, each an ONNX model.
#[derive(Clone, Debug)]
pub struct Parts {
    /// From the labels to `concept`.
    pub merge: Part,
    /// From `concept` to `image`.
    pub render: Part,
    /// The name of the render part's input.
    pub input: &'static str,
}

/// One part of a model, or all of it. Its weights share the model file's memory.
#[derive(Clone, Debug)]
pub struct Part {
    model: Model,
    /// The confidences that the part takes. Until [`with_confidences`](Self::with_confidences) makes them inputs, they are
    /// 1: weights, the last in the list, as many as this.
    certain: usize,
    confidences: Vec<ValueInfoProto>,
}

impl Part {
    /// The part in memory of its own, so that the model file's can be freed.
    #[must_use]
    pub fn detached(&self) -> Self {
        let own = Model::decode(Bytes::from(self.model.encode_to_vec()));
        Self {
            model: own.unwrap_or_else(|_| self.model.clone()),
            ..self.clone()
        }
    }

    /// The part with an input for the confidence of each label, if the model takes confidences.
    #[must_use]
    pub fn with_confidences(&self) -> Self {
        let mut part = self.clone();
        if let Some(graph) = &mut part.model.graph {
            let weights = graph.initializer.len();
            graph.initializer.truncate(weights - part.certain);
            graph.input.append(&mut part.confidences);
        }
        part.certain = 0;
        part
    }

    /// The part as an ONNX file, for any size, or for batch size 1 and this `size` (width, height) only, which engines
    /// may run faster.
    pub fn to_bytes(&self, size: Option<(usize, usize)>) -> Vec<u8> {
        let Some((width, height)) = size else {
            return self.model.encode_to_vec();
        };
        let mut model = self.model.clone();
        if let Some(graph) = &mut model.graph {
            let values = graph.input.iter_mut().chain(&mut graph.output);
            let shapes = values.filter_map(|value| {
                let tensor = value.r#type.as_mut()?.tensor_type.as_mut()?;
                tensor.shape.as_mut()
            });
            for shape in shapes {
                if let [n, _, h, w] = shape.dim.as_mut_slice() {
                    *n = fixed(1);
                    *h = fixed(height);
                    *w = fixed(width);
                }
            }
        }
        model.encode_to_vec()
    }
}

/// Cuts a model file's graph at the concept tensor.
pub fn cut(file: &ModelFile) -> Parts {
    let (model, checked, manifest) = (file.graph(), file.checked(), file.manifest());
    let channels = manifest.concept_channels;
    let inputs = manifest.labels.iter().map(label_value).collect();
    let image = value(IMAGE, DataType::Float, 3);
    let (merged, taken) = (outlet(checked.concept_kind), inlet(checked.concept_kind));
    let concept = |name: &str| value(name, DataType::Float, channels);
    let confidences = manifest.confidence_inputs();
    let is_certain = |value: &usize| {
        let mut confidences = checked.graph.confidences();
        confidences.any(|input| input.value == *value)
    };
    let certain = checked.merge.inputs.iter().copied().filter(is_certain);
    let merge = part(model, &checked.merge, inputs, concept(merged.0), merged.1);
    Parts {
        merge: merge.certain(
            certain.map(|weight| weights(model)[weight].clone()),
            confidences.map(|name| value(&name, DataType::Float, 1)),
        ),
        render: part(
            model,
            &checked.render,
            vec![concept(taken.0)],
            image,
            taken.1,
        ),
        input: taken.0,
    }
}

/// All of a model that takes confidences, as a part. Its inputs are labels and confidences, which cannot be left out.
pub fn whole(file: &ModelFile) -> Part {
    let (mut model, graph) = (file.graph().clone(), &file.checked().graph);
    if let Some(own) = &mut model.graph {
        let is_confidence = |weight: usize| graph.confidences().any(|input| input.value == weight);
        let weights = own.initializer.drain(..).enumerate();
        own.initializer = weights
            .filter(|(weight, _)| !is_confidence(*weight))
            .map(|(_, weight)| weight)
            .collect();
    }
    Part {
        model,
        certain: 0,
        confidences: Vec::new(),
    }
}

/// The name between the parts of the float32 tensor that a converted model keeps in half precision.
const CONVERTED: &str = "multicond.concept";

/// The merge's output, and the node that makes it float32.
fn outlet(kind: Kind) -> (&'static str, Option<NodeProto>) {
    match kind {
        Kind::Float => (CONCEPT, None),
        _ => (
            CONVERTED,
            Some(cast(CONCEPT, CONVERTED, DataType::Float as i64)),
        ),
    }
}

/// The render part's input, and the node that gives it the model's type.
fn inlet(kind: Kind) -> (&'static str, Option<NodeProto>) {
    match kind {
        Kind::Float => (CONCEPT, None),
        _ => (CONVERTED, Some(cast(CONVERTED, CONCEPT, FLOAT16))),
    }
}

/// ONNX's number for half precision.
const FLOAT16: i64 = 10;

fn cast(from: &str, to: &str, kind: i64) -> NodeProto {
    NodeProto {
        input: vec![from.into()],
        output: vec![to.into()],
        op_type: "Cast".into(),
        attribute: vec![AttributeProto {
            name: "to".into(),
            i: Some(kind),
            r#type: AttributeType::Int.into(),
            ..AttributeProto::default()
        }],
        ..NodeProto::default()
    }
}

fn part(
    model: &Model,
    reached: &Reached,
    input: Vec<ValueInfoProto>,
    output: ValueInfoProto,
    convert: Option<NodeProto>,
) -> Part {
    let graph = model.graph.as_ref();
    let pick = |all: fn(&Graph) -> &[Bytes], wanted: &[usize]| -> Vec<Bytes> {
        let all = graph.map(all).unwrap_or_default();
        wanted.iter().map(|&index| all[index].clone()).collect()
    };
    let mut node = pick(|graph| &graph.node, &reached.places);
    if let Some(convert) = convert {
        let place = match output.name == CONVERTED {
            true => node.len(),
            false => 0,
        };
        node.insert(place, convert.encode_to_vec().into());
    }
    let model = Model {
        ir_version: model.ir_version,
        opset_import: model.opset_import.clone(),
        metadata_props: Vec::new(),
        graph: Some(Graph {
            node,
            name: output.name.clone(),
            initializer: pick(|graph| &graph.initializer, &reached.weights),
            input,
            output: vec![output],
        }),
    };
    Part {
        model,
        certain: 0,
        confidences: Vec::new(),
    }
}

impl Part {
    /// The part with these confidences, and the weights that stand for them.
    fn certain(
        mut self,
        weights: impl Iterator<Item = Bytes>,
        confidences: impl Iterator<Item = ValueInfoProto>,
    ) -> Self {
        if let Some(graph) = &mut self.model.graph {
            let before = graph.initializer.len();
            graph.initializer.extend(weights);
            self.certain = graph.initializer.len() - before;
        }
        self.confidences.extend(confidences);
        self
    }
}

fn weights(model: &Model) -> &[Bytes] {
    let graph = model.graph.as_ref();
    graph.map_or(&[], |graph| &graph.initializer)
}

fn label_value(label: &Label) -> ValueInfoProto {
    value(&label.name, number_type(label), label.channels())
}

fn value(name: &str, elem_type: DataType, channels: usize) -> ValueInfoProto {
    let named = |name: &str| DimensionProto {
        value: Some(Dimension::Named(name.into())),
    };
    let dim = vec![
        named("batch"),
        fixed(channels),
        named("height"),
        named("width"),
    ];
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: elem_type as i32,
                shape: Some(TensorShapeProto { dim }),
            }),
        }),
    }
}

fn fixed(size: usize) -> DimensionProto {
    DimensionProto {
        // Sizes are far below i64's range.
        value: Some(Dimension::Fixed(size as i64)),
    }
}
