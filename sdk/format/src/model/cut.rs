//! Cuts a model in two at the concept tensor. The part before it works per pixel and can run in tiles; the part after
//! it needs the whole picture.

use std::collections::{HashMap, HashSet};

use prost::{Message, bytes::Bytes};

use super::{
    Manifest, ModelFile,
    check::{CONCEPT, IMAGE, number_type},
    outline::{Graph, Model, Node, Tensor},
    proto::{
        DataType, Dimension, DimensionProto, TensorShapeProto, TensorTypeProto, TypeProto,
        ValueInfoProto,
    },
};
use crate::{
    error::{Error, Result},
    label::Label,
};

/// The two parts of a model, each an ONNX model.
#[derive(Clone, Debug)]
pub struct Parts {
    /// From the labels to `concept`.
    pub merge: Part,
    /// From `concept` to `image`.
    pub render: Part,
}

/// One part of a model. Its weights share the model file's memory.
#[derive(Clone, Debug)]
pub struct Part(Model);

impl Part {
    /// The part as an ONNX file, for any size, or for batch size 1 and this `size` (width, height) only, which engines
    /// may run faster.
    pub fn to_bytes(&self, size: Option<(usize, usize)>) -> Vec<u8> {
        let Some((width, height)) = size else {
            return self.0.encode_to_vec();
        };
        let mut model = self.0.clone();
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
///
/// # Errors
/// When the graph has no concept tensor, the picture depends on other values too, or the graph contains subgraphs,
/// sparse weights or weights in other files.
pub fn cut(file: &ModelFile) -> Result<Parts> {
    cut_graph(file.graph(), file.manifest()).map_err(|reason| Error::model(file.path(), reason))
}

fn cut_graph(model: &Model, manifest: &Manifest) -> Result<Parts, String> {
    let graph = model.graph.as_ref().ok_or("no graph")?;
    let source = Source::new(graph)?;
    let labels = manifest.labels.iter().map(|l| l.name.as_str()).collect();
    let merge = source.reach(CONCEPT, &labels)?;
    let render = source.reach(IMAGE, &HashSet::from([CONCEPT]))?;

    let concept = value(CONCEPT, DataType::Float, manifest.concept_channels);
    let image = value(IMAGE, DataType::Float, 3);
    let inputs = manifest.labels.iter().map(label_value).collect();
    let part = |reached: &Reached, input: Vec<ValueInfoProto>, output: ValueInfoProto| {
        let pick = |all: &[Bytes], wanted: &HashSet<usize>| {
            let all = all.iter().enumerate();
            let wanted = all.filter(|(index, _)| wanted.contains(index));
            wanted.map(|(_, bytes)| bytes.clone()).collect()
        };
        Part(Model {
            ir_version: model.ir_version,
            opset_import: model.opset_import.clone(),
            functions: model.functions.clone(),
            metadata_props: Vec::new(),
            graph: Some(Graph {
                node: pick(&graph.node, &reached.nodes),
                name: output.name.clone(),
                initializer: pick(&graph.initializer, &reached.initializers),
                input,
                output: vec![output],
                sparse_initializer: Vec::new(),
            }),
        })
    };
    Ok(Parts {
        merge: part(&merge, inputs, concept.clone()),
        render: part(&render, vec![concept], image),
    })
}

/// A graph, indexed by the names of its values.
struct Source {
    nodes: Vec<Node>,
    producer: HashMap<String, usize>,
    initializer: HashMap<String, usize>,
}

/// The nodes and weights that a value is computed from.
#[derive(Default)]
struct Reached {
    nodes: HashSet<usize>,
    initializers: HashSet<usize>,
}

impl Source {
    fn new(graph: &Graph) -> Result<Self, String> {
        if !graph.sparse_initializer.is_empty() {
            return Err("has sparse weights, which this version cannot read".into());
        }
        let mut source = Self {
            nodes: Vec::with_capacity(graph.node.len()),
            producer: HashMap::new(),
            initializer: HashMap::new(),
        };
        for (index, bytes) in graph.node.iter().enumerate() {
            let node =
                Node::decode(bytes.clone()).map_err(|error| format!("node {index}: {error}"))?;
            let has_graph =
                |a: &super::outline::Attribute| a.graph.is_some() || !a.graphs.is_empty();
            if node.attribute.iter().any(has_graph) {
                return Err(format!(
                    "node `{}` ({}) contains a subgraph, which is not supported",
                    node.name, node.op_type
                ));
            }
            for output in node.output.iter().filter(|name| !name.is_empty()) {
                source.producer.insert(output.clone(), index);
            }
            source.nodes.push(node);
        }
        for (index, bytes) in graph.initializer.iter().enumerate() {
            let tensor = Tensor::decode(bytes.clone())
                .map_err(|error| format!("weight {index}: {error}"))?;
            if tensor.data_location != 0 {
                return Err(format!("weight `{}` is in another file", tensor.name));
            }
            source.initializer.insert(tensor.name, index);
        }
        Ok(source)
    }

    /// The nodes and weights that `target` is computed from, back to `inputs`.
    fn reach(&self, target: &str, inputs: &HashSet<&str>) -> Result<Reached, String> {
        let mut reached = Reached::default();
        let mut open = vec![target];
        while let Some(name) = open.pop() {
            if inputs.contains(name) {
                continue;
            } else if let Some(&index) = self.producer.get(name) {
                if reached.nodes.insert(index) {
                    let inputs = self.nodes[index].input.iter().map(String::as_str);
                    open.extend(inputs.filter(|name| !name.is_empty()));
                }
            } else if let Some(&index) = self.initializer.get(name) {
                reached.initializers.insert(index);
            } else if name == target {
                return Err(format!("no node makes `{target}`"));
            } else {
                return Err(format!(
                    "`{target}` depends on `{name}`, expected it to depend on {} only",
                    if target == IMAGE {
                        "`concept`"
                    } else {
                        "labels"
                    }
                ));
            }
        }
        if target == IMAGE && !self.producer.contains_key(CONCEPT) {
            return Err(format!("no node makes `{CONCEPT}`"));
        }
        Ok(reached)
    }
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
