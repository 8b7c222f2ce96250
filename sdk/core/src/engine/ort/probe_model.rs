//! A tiny model, to test whether a provider works.

use prost::Message;

use multicond_format::model::proto::{
    DataType, Dimension, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};

/// `y = relu(x)` on one number.
pub(super) fn bytes() -> Vec<u8> {
    let model = ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        graph: Some(GraphProto {
            name: "tiny".into(),
            node: vec![NodeProto {
                input: vec!["x".into()],
                output: vec!["y".into()],
                op_type: "Relu".into(),
                ..NodeProto::default()
            }],
            input: vec![number("x")],
            output: vec![number("y")],
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    };
    model.encode_to_vec()
}

fn number(name: &str) -> ValueInfoProto {
    let one = || DimensionProto {
        value: Some(Dimension::Fixed(1)),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: DataType::Float as i32,
                shape: Some(TensorShapeProto {
                    dim: vec![one(), one(), one(), one()],
                }),
            }),
        }),
    }
}
