//! Models changed below the level of our messages: fields that the messages do not have, put into the bytes.

use multicond_format::model::proto::{ModelProto, NodeProto};
use prost::Message;

/// A field with a message, text or bytes.
pub fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = varint(u64::from(number) << 3 | 2);
    bytes.extend(varint(content.len() as u64));
    bytes.extend_from_slice(content);
    bytes
}

/// A field with a number.
pub fn number(number: u32, value: u64) -> Vec<u8> {
    let mut bytes = varint(u64::from(number) << 3);
    bytes.extend(varint(value));
    bytes
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// The model's bytes with more fields at the end of its graph.
pub fn with_graph_fields(model: &ModelProto, fields: &[u8]) -> Vec<u8> {
    let mut model = model.clone();
    let mut graph = model.graph.take().unwrap().encode_to_vec();
    graph.extend_from_slice(fields);
    let mut bytes = model.encode_to_vec();
    bytes.extend(field(7, &graph));
    bytes
}

/// A node that nothing needs, with more fields at its end, as a field of a graph.
pub fn node(op_type: &str, inputs: &[&str], fields: &[u8]) -> Vec<u8> {
    let node = NodeProto {
        op_type: op_type.into(),
        input: inputs.iter().map(|&input| input.into()).collect(),
        output: vec![format!("unused {op_type}")],
        ..NodeProto::default()
    };
    let mut bytes = node.encode_to_vec();
    bytes.extend_from_slice(fields);
    field(1, &bytes)
}

/// An attribute, as a field of a node. `kind` is its type.
pub fn attribute(name: &str, kind: u64, content: &[u8]) -> Vec<u8> {
    let mut bytes = field(1, name.as_bytes());
    bytes.extend_from_slice(content);
    bytes.extend(number(20, kind));
    field(5, &bytes)
}

/// A tensor's fields: dimensions, type and raw data.
pub fn tensor(dims: &[u64], kind: u64, raw: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = dims.iter().flat_map(|&side| number(1, side)).collect();
    bytes.extend(number(2, kind));
    bytes.extend(field(9, raw));
    bytes
}

/// Fields of a tensor whose data are in another file.
pub fn elsewhere(path: &str) -> Vec<u8> {
    let mut entry = field(1, b"location");
    entry.extend(field(2, path.as_bytes()));
    let mut bytes = number(1, 3);
    bytes.extend(number(2, 1));
    bytes.extend(field(13, &entry));
    bytes.extend(number(14, 1));
    bytes
}
