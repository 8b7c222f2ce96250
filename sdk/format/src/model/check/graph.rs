//! A graph as a list of nodes, without its weights. Names become numbers, and every name is given once: otherwise engines
//! would read the graph in different ways. Nodes are sorted, as converters leave them in any order; circles are refused.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use super::{
    fact::{Fact, Kind},
    operators::{self, Operator},
    tensor,
    wire::{Fields, Wire, varints},
};

const MOST_NODES: usize = 1 << 14;
/// Inputs and outputs of a node.
const MOST_ENDS: usize = 1 << 10;
/// Numbers in an attribute.
const MOST_NUMBERS: usize = 1 << 10;

/// The number of a value: an input, a weight or the output of a node.
pub(crate) type ValueId = usize;

#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    /// The names of all values.
    pub(crate) names: Vec<String>,
    /// What is known about the values that are weights.
    pub(crate) weights: Vec<Option<Fact>>,
    pub(crate) inputs: Vec<Input>,
    /// Inputs that are also weights: a caller may leave them out.
    pub(crate) optional: Vec<Optional>,
    pub(crate) outputs: Vec<ValueId>,
    /// Each after those that make its inputs.
    pub(crate) nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) value: ValueId,
    pub(crate) kind: Kind,
    /// `None` for a side that is free.
    pub(crate) dims: Vec<Option<u64>>,
}

/// An input with a value of its own.
#[derive(Clone, Debug)]
pub(crate) struct Optional {
    pub(crate) input: Input,
    /// Whether its value is 1 everywhere, in float32.
    pub(crate) is_one: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its place in the file.
    pub(crate) place: usize,
    pub(crate) name: String,
    pub(crate) operator: &'static Operator,
    /// `None` for an optional input that is left out.
    pub(crate) inputs: Vec<Option<ValueId>>,
    pub(crate) outputs: Vec<Option<ValueId>>,
    attributes: Vec<(String, Attribute)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Attribute {
    Int(i64),
    Float(f32),
    Text(String),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Tensor(Fact),
}

impl Node {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, attribute)| attribute)
    }

    /// The node in messages.
    pub(crate) fn describe(&self) -> String {
        format!("node `{}` ({})", self.name, self.operator.name)
    }
}

impl Graph {
    /// Reads the graph of a model whose fields have been checked.
    pub(crate) fn read(model: &[u8]) -> Result<Self, String> {
        let mut graph = Self::default();
        for field in Fields::new(model) {
            if let (7, Wire::Bytes(bytes)) = field? {
                let mut reader = Reader {
                    graph: &mut graph,
                    ids: HashMap::new(),
                };
                reader.read(bytes)?;
            }
        }
        Ok(graph)
    }

    pub(crate) fn find(&self, name: &str) -> Option<ValueId> {
        self.names.iter().position(|own| own == name)
    }
}

struct Reader<'g> {
    graph: &'g mut Graph,
    ids: HashMap<String, ValueId>,
}

impl Reader<'_> {
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let fields = |wanted: u32| {
            Fields::new(bytes).filter_map(move |field| match field {
                Ok((number, Wire::Bytes(bytes))) if number == wanted => Some(bytes),
                _ => None,
            })
        };
        for weight in fields(5) {
            let (name, fact) = tensor::read(weight)?;
            let value = self.define(&name)?;
            self.graph.weights[value] = Some(fact);
        }
        // The number of a weight is its place.
        let weight = |value: ValueId| fields(5).nth(value).unwrap_or_default();
        for input in fields(11) {
            self.input(input, weight)?;
        }
        if fields(1).count() > MOST_NODES {
            return Err(format!("has more than {MOST_NODES} nodes"));
        }
        let named: Result<Vec<Named>, String> = fields(1).enumerate().map(named).collect();
        let named = named?;
        for node in &named {
            for output in node.outputs.iter().filter(|name| !name.is_empty()) {
                self.define(output)?;
            }
        }
        let nodes: Result<Vec<Node>, String> = named.into_iter().map(|n| self.node(n)).collect();
        self.graph.nodes = sorted(nodes?, self.graph.names.len())?;
        for output in fields(12) {
            let name = text_in(output, 1)?;
            let value = self.ids.get(&name);
            let value = value.ok_or_else(|| format!("no node makes `{name}`"))?;
            self.graph.outputs.push(*value);
        }
        Ok(())
    }

    fn define(&mut self, name: &str) -> Result<ValueId, String> {
        if name.is_empty() {
            return Err("a value has no name".into());
        }
        let value = self.graph.names.len();
        if self.ids.insert(name.into(), value).is_some() {
            return Err(format!("`{name}` is made twice"));
        }
        self.graph.names.push(name.into());
        self.graph.weights.push(None);
        Ok(value)
    }

    fn input<'b>(
        &mut self,
        bytes: &[u8],
        weight: impl Fn(ValueId) -> &'b [u8],
    ) -> Result<(), String> {
        let name = text_in(bytes, 1)?;
        let (kind, dims) = value_type(bytes)?;
        let Some(kind) = Kind::of(kind) else {
            return Err(format!("input `{name}` has numbers of type {kind}"));
        };
        let known = self.ids.get(&name).copied();
        let Some(value) = known.filter(|&value| self.graph.weights[value].is_some()) else {
            let value = self.define(&name)?;
            self.graph.inputs.push(Input { value, kind, dims });
            return Ok(());
        };
        if self.graph.optional.iter().any(|o| o.input.value == value) {
            return Err(format!("`{name}` is made twice"));
        }
        self.graph.optional.push(Optional {
            is_one: tensor::is_filled_with(weight(value), 1.0)?,
            input: Input { value, kind, dims },
        });
        Ok(())
    }

    /// Replaces the names of a node.
    fn node(&self, node: Named) -> Result<Node, String> {
        let find = |name: &String| match name.as_str() {
            "" => Ok(None),
            name => match self.ids.get(name) {
                Some(&value) => Ok(Some(value)),
                None => Err(format!(
                    "node `{}` ({}) needs `{name}`, which nothing makes",
                    node.name, node.operator.name
                )),
            },
        };
        Ok(Node {
            inputs: node.inputs.iter().map(find).collect::<Result<_, _>>()?,
            outputs: node.outputs.iter().map(find).collect::<Result<_, _>>()?,
            place: node.place,
            name: node.name,
            operator: node.operator,
            attributes: node.attributes,
        })
    }
}

/// A node as it is written.
struct Named {
    place: usize,
    name: String,
    operator: &'static Operator,
    inputs: Vec<String>,
    outputs: Vec<String>,
    attributes: Vec<(String, Attribute)>,
}

fn named((place, bytes): (usize, &[u8])) -> Result<Named, String> {
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let (mut name, mut operator, mut domain) = (String::new(), String::new(), String::new());
    let mut attributes: Vec<(String, Attribute)> = Vec::new();
    for field in Fields::new(bytes) {
        match field? {
            (1, Wire::Bytes(bytes)) => inputs.push(text(bytes)),
            (2, Wire::Bytes(bytes)) => outputs.push(text(bytes)),
            (3, Wire::Bytes(bytes)) => name = text(bytes),
            (4, Wire::Bytes(bytes)) => operator = text(bytes),
            (5, Wire::Bytes(bytes)) => attributes.extend(attribute(bytes)?),
            (7, Wire::Bytes(bytes)) => domain = text(bytes),
            (8, Wire::Bytes(bytes)) if !bytes.is_empty() => {
                return Err(format!("node {place} calls a function of the model"));
            }
            _ => {}
        }
    }
    if name.is_empty() {
        name = place.to_string();
    }
    if !super::is_standard(&domain) {
        return Err(format!(
            "node `{name}` is the operator {operator} of `{domain}`, expected operators of ONNX only"
        ));
    }
    let here = |reason: &str| format!("node `{name}` ({operator}) {reason}");
    let known = operators::find(&operator)
        .ok_or_else(|| here("is an operator that a model must not have"))?;
    if inputs.len().max(outputs.len()) > MOST_ENDS {
        return Err(here("has too many inputs or outputs"));
    }
    for (index, (name, _)) in attributes.iter().enumerate() {
        if attributes[..index].iter().any(|(other, _)| other == name) {
            return Err(here(&format!("has the attribute `{name}` twice")));
        }
    }
    Ok(Named {
        place,
        name,
        operator: known,
        inputs,
        outputs,
        attributes,
    })
}

/// Puts each node after those that make its inputs, otherwise in the order of the file.
fn sorted(nodes: Vec<Node>, values: usize) -> Result<Vec<Node>, String> {
    let mut maker = vec![None; values];
    for (index, node) in nodes.iter().enumerate() {
        for &value in node.outputs.iter().flatten() {
            maker[value] = Some(index);
        }
    }
    let mut users = vec![Vec::new(); nodes.len()];
    let mut missing = vec![0usize; nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        for before in node
            .inputs
            .iter()
            .flatten()
            .filter_map(|&value| maker[value])
        {
            users[before].push(index);
            missing[index] += 1;
        }
    }
    let ready = (0..nodes.len()).filter(|&index| missing[index] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(Reverse).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &user in &users[index] {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.push(Reverse(user));
            }
        }
    }
    if let Some(index) = missing.iter().position(|&count| count > 0) {
        return Err(format!("{} needs its own output", nodes[index].describe()));
    }
    let mut all: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    Ok(order
        .into_iter()
        .filter_map(|index| all[index].take())
        .collect())
}

/// Attributes of kinds that no rule reads have no effect on shapes and are left out.
fn attribute(bytes: &[u8]) -> Result<Option<(String, Attribute)>, String> {
    let (mut name, mut kind) = (String::new(), None);
    let (mut float, mut int, mut chars, mut tensor) = (0.0, 0, String::new(), None);
    let (mut ints, mut floats) = (Vec::new(), Vec::new());
    for field in Fields::new(bytes) {
        match field? {
            (1, Wire::Bytes(bytes)) => name = text(bytes),
            (2, Wire::Fixed32(bytes)) => float = f32::from_le_bytes(bytes),
            (3, Wire::Varint(number)) => int = number as i64,
            (4, Wire::Bytes(bytes)) => chars = text(bytes),
            (5, Wire::Bytes(bytes)) => tensor = Some(tensor::read(bytes)?.1),
            (7, Wire::Fixed32(bytes)) => floats.push(f32::from_le_bytes(bytes)),
            (7, Wire::Bytes(packed)) => {
                let numbers = packed.as_chunks::<4>().0.iter();
                floats.extend(numbers.map(|bytes| f32::from_le_bytes(*bytes)));
            }
            (8, Wire::Varint(number)) => ints.push(number as i64),
            (8, Wire::Bytes(packed)) => {
                for number in varints(packed).take(MOST_NUMBERS + 1) {
                    ints.push(number? as i64);
                }
            }
            (20, Wire::Varint(number)) => kind = Some(number),
            _ => {}
        }
    }
    if ints.len().max(floats.len()) > MOST_NUMBERS {
        return Err(format!(
            "attribute `{name}` has more than {MOST_NUMBERS} numbers"
        ));
    }
    let attribute = match kind {
        Some(1) => Attribute::Float(float),
        Some(2) => Attribute::Int(int),
        Some(3) => Attribute::Text(chars),
        Some(4) => match tensor {
            Some(tensor) => Attribute::Tensor(tensor),
            None => return Err(format!("attribute `{name}` has no tensor")),
        },
        Some(6) => Attribute::Floats(floats),
        Some(7) => Attribute::Ints(ints),
        Some(8) => return Ok(None),
        _ => return Err(format!("attribute `{name}` has no type")),
    };
    Ok(Some((name, attribute)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn text_in(message: &[u8], wanted: u32) -> Result<String, String> {
    for field in Fields::new(message) {
        if let (number, Wire::Bytes(bytes)) = field?
            && number == wanted
        {
            return Ok(text(bytes));
        }
    }
    Ok(String::new())
}

/// The bytes of a message inside another one; empty if it is not there.
fn inner(message: &[u8], wanted: u32) -> &[u8] {
    let mut fields = Fields::new(message);
    let found = fields.find_map(|field| match field {
        Ok((number, Wire::Bytes(bytes))) if number == wanted => Some(bytes),
        _ => None,
    });
    found.unwrap_or_default()
}

/// The number of the type of a value, and its sides.
fn value_type(value: &[u8]) -> Result<(u64, Vec<Option<u64>>), String> {
    let tensor = inner(inner(value, 2), 1);
    let mut kind = 0;
    for field in Fields::new(tensor) {
        if let (1, Wire::Varint(number)) = field? {
            kind = number;
        }
    }
    let mut dims = Vec::new();
    for field in Fields::new(inner(tensor, 2)) {
        let (_, Wire::Bytes(dimension)) = field? else {
            continue;
        };
        let mut side = None;
        for field in Fields::new(dimension) {
            if let (1, Wire::Varint(number)) = field? {
                side = Some(number);
            }
        }
        dims.push(side);
    }
    Ok((kind, dims))
}
