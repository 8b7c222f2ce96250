//! Builds an ONNX graph node by node. Values are handles, so a node can only use values that exist.
//!
//! Every node gets constants of its own: programs that convert a graph to half precision change the type of a constant
//! for one of its readers and would break the others.

use std::collections::{HashMap, HashSet};

use prost::bytes::Bytes;

pub use super::proto::Dimension;
use super::proto::{
    AttributeProto, AttributeType, DataType, DimensionProto, GraphProto, ModelProto, NodeProto,
    OperatorSetIdProto, StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use crate::error::{Error, ErrorKind, Result};

/// The first operator set with LayerNormalization, and the IR version that belongs to it.
const OPERATOR_SET: i64 = 17;
const IR_VERSION: i64 = 8;

/// A tensor of the graph: an input, a weight or the output of a node.
#[derive(Clone, Debug)]
pub struct Value(String);

/// A graph under construction.
#[derive(Debug, Default)]
pub struct Graph {
    proto: GraphProto,
    scope: String,
    names: HashSet<String>,
    /// The constants by what they are, and whether a node already reads the first initializer of one.
    constants: HashMap<String, (TensorProto, bool)>,
}

/// A node under construction. Asking for its outputs adds it to the graph.
#[derive(Debug)]
#[must_use]
pub struct Node<'a> {
    graph: &'a mut Graph,
    proto: NodeProto,
}

/// A dimension whose size is known only when the model runs.
pub fn named(name: &str) -> Dimension {
    Dimension::Named(name.into())
}

/// A dimension of fixed size.
pub fn fixed(size: usize) -> Dimension {
    Dimension::Fixed(size as i64)
}

impl Graph {
    /// An empty graph.
    pub fn new(name: &str) -> Self {
        let mut graph = Self::default();
        graph.proto.name = name.into();
        graph
    }

    /// Sets the prefix of the names of the nodes that are added from now on.
    pub fn enter(&mut self, scope: impl Into<String>) {
        self.scope = scope.into();
    }

    /// Adds a graph input.
    pub fn input(&mut self, name: &str, r#type: DataType, dims: Vec<Dimension>) -> Value {
        let value = Value(self.unique(name.into()));
        self.proto.input.push(value_info(&value, r#type, dims));
        value
    }

    /// Adds a float32 graph input that a caller may leave out: it is then `value` everywhere, in this `shape`.
    pub fn optional_input(
        &mut self,
        name: &str,
        dims: Vec<Dimension>,
        shape: &[usize],
        value: f32,
    ) -> Value {
        let input = self.input(name, DataType::Float, dims);
        let bytes = value.to_le_bytes().repeat(shape.iter().product());
        let own = tensor(input.0.clone(), DataType::Float, shape, bytes);
        self.proto.initializer.push(own);
        input
    }

    /// Declares a value as the next graph output, of type float32.
    pub fn output(&mut self, value: &Value, dims: Vec<Dimension>) {
        let info = value_info(value, DataType::Float, dims);
        self.proto.output.push(info);
    }

    /// Declares the shape of a float32 value inside the graph.
    pub fn describe(&mut self, value: &Value, dims: Vec<Dimension>) {
        let info = value_info(value, DataType::Float, dims);
        self.proto.value_info.push(info);
    }

    /// Starts a node. [`Node::output`], [`Node::outputs`] or [`Node::named`] adds it to the graph.
    pub fn node(&mut self, operator: &str, inputs: &[&Value]) -> Node<'_> {
        let name = match self.scope.as_str() {
            "" => operator.to_owned(),
            scope => format!("{scope}.{operator}"),
        };
        let name = self.unique(name);
        Node {
            proto: NodeProto {
                input: inputs.iter().map(|value| value.0.clone()).collect(),
                name,
                op_type: operator.into(),
                ..NodeProto::default()
            },
            graph: self,
        }
    }

    /// Adds a node without attributes and returns its only output.
    pub fn op(&mut self, operator: &str, inputs: &[&Value]) -> Value {
        self.node(operator, inputs).output()
    }

    /// Adds a float32 weight.
    ///
    /// # Errors
    /// When a number is not finite, or there are more or fewer numbers than `dims` says.
    pub fn weight(&mut self, name: &str, dims: &[usize], values: &[f32]) -> Result<Value> {
        let fail = |reason: String| {
            let place = format!("tensor `{name}`");
            Err(Error::new(ErrorKind::Model, place, reason))
        };
        let size: usize = dims.iter().product();
        if values.len() != size {
            return fail(format!(
                "{} numbers do not fill the shape {dims:?}",
                values.len()
            ));
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return fail(format!("number {index} of {size} is {}", values[index]));
        }
        let mut bytes = Vec::with_capacity(4 * values.len());
        for value in values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        Ok(self.initializer(name.into(), DataType::Float, dims, bytes))
    }

    /// The placeholder for an optional input that is left out.
    pub fn none(&self) -> Value {
        Value(String::new())
    }

    /// A constant float32 vector.
    pub fn floats(&mut self, values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let words: Vec<String> = values.iter().map(f32::to_string).collect();
        let name = format!("floats.{}", words.join("_"));
        self.constant(name, DataType::Float, &[values.len()], bytes)
    }

    /// A constant float32 vector of `size` equal numbers.
    pub fn filled(&mut self, size: usize, value: f32) -> Value {
        let bytes = value.to_le_bytes().repeat(size);
        let name = format!("floats.{size}_times_{value:e}");
        self.constant(name, DataType::Float, &[size], bytes)
    }

    /// A constant float32 scalar.
    pub fn scalar(&mut self, value: f32) -> Value {
        let bytes = value.to_le_bytes().to_vec();
        self.constant(format!("float.{value:e}"), DataType::Float, &[], bytes)
    }

    /// An int32 tensor of class ids, with its own initializer.
    pub fn ids(&mut self, dims: &[usize], values: &[i32]) -> Value {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.initializer("ids".into(), DataType::Int32, dims, bytes)
    }

    /// A constant int32 scalar, for class ids.
    pub fn id(&mut self, value: i32) -> Value {
        let bytes = value.to_le_bytes().to_vec();
        self.constant(format!("id.{value}"), DataType::Int32, &[], bytes)
    }

    /// A constant int64 vector, for shapes and axes.
    pub fn list(&mut self, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let words: Vec<String> = values.iter().map(i64::to_string).collect();
        self.constant(
            format!("list.{}", words.join("_")),
            DataType::Int64,
            &[values.len()],
            bytes,
        )
    }

    /// Finishes the graph. `doc_string` describes the model to readers, `metadata` has keys and values.
    pub fn into_model<'a>(
        self,
        doc_string: String,
        metadata: impl IntoIterator<Item = (&'a str, String)>,
    ) -> ModelProto {
        let entries = metadata.into_iter();
        ModelProto {
            ir_version: IR_VERSION,
            producer_name: "multicond".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            doc_string,
            graph: Some(self.proto),
            opset_import: vec![OperatorSetIdProto {
                domain: String::new(),
                version: OPERATOR_SET,
            }],
            metadata_props: entries
                .map(|(key, value)| StringStringEntryProto {
                    key: key.into(),
                    value,
                })
                .collect(),
            ..ModelProto::default()
        }
    }

    fn constant(
        &mut self,
        name: String,
        r#type: DataType,
        dims: &[usize],
        bytes: Vec<u8>,
    ) -> Value {
        if !self.constants.contains_key(&name) {
            // Another constant's copy may have this name: `list.1_2` is [1, 2] or the second [1].
            let own = self.unique(name.clone());
            let constant = (tensor(own, r#type, dims, bytes), false);
            self.constants.insert(name.clone(), constant);
        }
        Value(name)
    }

    /// Adds a node and the constants that it reads.
    fn add(&mut self, mut node: NodeProto) {
        for input in &mut node.input {
            let Some((constant, is_read)) = self.constants.get_mut(input) else {
                continue;
            };
            let mut own = constant.clone();
            if std::mem::replace(is_read, true) {
                own.name = self.unique(own.name);
            }
            input.clone_from(&own.name);
            self.proto.initializer.push(own);
        }
        self.proto.node.push(node);
    }

    fn initializer(
        &mut self,
        name: String,
        r#type: DataType,
        dims: &[usize],
        bytes: Vec<u8>,
    ) -> Value {
        let name = self.unique(name);
        let tensor = tensor(name.clone(), r#type, dims, bytes);
        self.proto.initializer.push(tensor);
        Value(name)
    }

    /// The name, with a number appended if it is already used.
    fn unique(&mut self, name: String) -> String {
        let mut candidate = name.clone();
        let mut number = 1;
        while !self.names.insert(candidate.clone()) {
            number += 1;
            candidate = format!("{name}_{number}");
        }
        candidate
    }
}

impl Node<'_> {
    /// Adds an integer attribute.
    pub fn int(self, name: &str, value: i64) -> Self {
        self.attribute(AttributeProto {
            name: name.into(),
            i: Some(value),
            r#type: AttributeType::Int.into(),
            ..AttributeProto::default()
        })
    }

    /// Adds an attribute that is a list of integers.
    pub fn ints<const N: usize>(self, name: &str, values: [i64; N]) -> Self {
        self.attribute(AttributeProto {
            name: name.into(),
            ints: values.into(),
            r#type: AttributeType::Ints.into(),
            ..AttributeProto::default()
        })
    }

    /// Adds a float attribute.
    pub fn float(self, name: &str, value: f32) -> Self {
        self.attribute(AttributeProto {
            name: name.into(),
            f: Some(value),
            r#type: AttributeType::Float.into(),
            ..AttributeProto::default()
        })
    }

    /// Adds a string attribute.
    pub fn text(self, name: &str, value: &str) -> Self {
        self.attribute(AttributeProto {
            name: name.into(),
            s: Some(value.into()),
            r#type: AttributeType::String.into(),
            ..AttributeProto::default()
        })
    }

    /// Adds the node to the graph and returns its only output.
    pub fn output(self) -> Value {
        let name = format!("{}.out", self.proto.name);
        self.named(&name)
    }

    /// Adds the node to the graph and returns its only output, which gets this name.
    pub fn named(mut self, name: &str) -> Value {
        let value = Value(self.graph.unique(name.into()));
        self.proto.output = vec![value.0.clone()];
        self.graph.add(self.proto);
        value
    }

    /// Adds the node to the graph and returns its `count` outputs.
    pub fn outputs(mut self, count: usize) -> Vec<Value> {
        let base = format!("{}.out", self.proto.name);
        let values: Vec<Value> = (0..count)
            .map(|_| Value(self.graph.unique(base.clone())))
            .collect();
        self.proto.output = values.iter().map(|value| value.0.clone()).collect();
        self.graph.add(self.proto);
        values
    }

    fn attribute(mut self, attribute: AttributeProto) -> Self {
        self.proto.attribute.push(attribute);
        self
    }
}

fn tensor(name: String, r#type: DataType, dims: &[usize], bytes: Vec<u8>) -> TensorProto {
    TensorProto {
        dims: dims.iter().map(|&size| size as i64).collect(),
        data_type: r#type.into(),
        name,
        raw_data: Bytes::from(bytes),
    }
}

fn value_info(value: &Value, r#type: DataType, dims: Vec<Dimension>) -> ValueInfoProto {
    let dim = dims
        .into_iter()
        .map(|dimension| DimensionProto {
            value: Some(dimension),
        })
        .collect();
    ValueInfoProto {
        name: value.0.clone(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: r#type.into(),
                shape: Some(TensorShapeProto { dim }),
            }),
        }),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    #[test]
    fn names_are_unique_and_every_node_has_its_own_constants() {
        let mut graph = Graph::new("test");
        graph.enter("part");
        let x = graph.input("x", DataType::Float, vec![named("batch")]);
        let one = graph.scalar(1.0);
        let y = graph.op("Add", &[&x, &one]);
        let z = graph.op("Add", &[&y, &one]);
        let same = graph.scalar(1.0);
        graph.op("Add", &[&same, &same]);
        graph.scalar(2.0);
        assert_eq!(
            (y.0.as_str(), z.0.as_str()),
            ("part.Add.out", "part.Add_2.out")
        );
        let names = graph.proto.initializer.iter().map(|tensor| &tensor.name);
        let names: Vec<&String> = names.collect();
        assert_eq!(
            names,
            ["float.1e0", "float.1e0_2", "float.1e0_3", "float.1e0_4"]
        );
        let inputs = graph.proto.node.iter().flat_map(|node| &node.input);
        let read: Vec<&String> = inputs.filter(|name| name.starts_with("float")).collect();
        assert_eq!(read, names);
    }

    #[test]
    fn copies_of_a_constant_do_not_take_the_name_of_another() {
        let mut graph = Graph::new("test");
        for values in [&[1][..], &[1], &[1, 2], &[1, 2], &[1]] {
            let list = graph.list(values);
            graph.op("Identity", &[&list]);
        }
        let tensors = &graph.proto.initializer;
        let names: HashSet<&String> = tensors.iter().map(|tensor| &tensor.name).collect();
        assert_eq!(names.len(), 5);
        for (tensor, node) in tensors.iter().zip(&graph.proto.node) {
            assert_eq!(tensor.name, node.input[0]);
        }
        let sizes: Vec<i64> = tensors.iter().map(|tensor| tensor.dims[0]).collect();
        assert_eq!(sizes, [1, 1, 2, 2, 1]);
    }

    /// OpenCV, TVM and tinygrad reject an attribute whose value is left out.
    #[test]
    fn attributes_of_value_zero_are_written() {
        let mut graph = Graph::new("test");
        let x = graph.input("x", DataType::Float, vec![named("batch")]);
        graph
            .node("Test", &[&x])
            .int("i", 0)
            .float("f", 0.0)
            .text("s", "")
            .output();
        let attributes = &graph.proto.node[0].attribute;
        let lengths: Vec<usize> = attributes.iter().map(Message::encoded_len).collect();
        // The name takes 3 bytes and the type 3; a float takes 5 bytes, the other values 2.
        assert_eq!(lengths, [8, 11, 8]);
    }

    #[test]
    fn weights_are_checked() {
        let mut graph = Graph::new("test");
        let error = graph
            .weight("a.b", &[3], &[0.0, f32::NAN, 1.0])
            .expect_err("NaN");
        assert_eq!(error.to_string(), "tensor `a.b`: number 1 of 3 is NaN");
        let error = graph.weight("a.b", &[2, 2], &[0.0; 3]).expect_err("shape");
        assert_eq!(
            error.to_string(),
            "tensor `a.b`: 3 numbers do not fill the shape [2, 2]"
        );
    }
}
