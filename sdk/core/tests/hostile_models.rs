//! A model file can do nothing but compute a picture: it is refused before an engine sees it.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{EngineOptions, ErrorKind, Threads, engine::ExternalNetwork, model::ModelFile};
use multicond_format::model::{
    Network,
    proto::{
        AttributeProto, AttributeType, DataType, GraphProto, ModelProto, NodeProto, TensorProto,
    },
};
use multicond_test_support::{
    engines::available,
    hostile::{attribute, elsewhere, field, node, number, tensor, with_graph_fields},
    small::{ints, model, value},
};
use prost::Message;

/// Both as a model and as an external network.
#[track_caller]
fn refused(bytes: Vec<u8>, reason: &str) {
    let error = Network::check(&bytes).unwrap_err();
    assert!(error.contains(reason), "{error}");
    refused_as_model(bytes, reason);
}

#[track_caller]
fn refused_as_model(bytes: Vec<u8>, reason: &str) {
    let error = ModelFile::from_bytes("hostile", bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(error.to_string().contains(reason), "{error}");
}

#[track_caller]
fn with_tail(fields: &[u8], reason: &str) {
    refused(with_graph_fields(&model(), fields), reason);
}

#[test]
fn data_in_other_files() {
    let there = elsewhere("/etc/passwd");
    let reason = "data in another file";
    // A weight that nothing needs, one that has its numbers here too, and one that only says that it is elsewhere.
    with_tail(&field(5, &[field(8, b"w"), there.clone()].concat()), reason);
    let both = [field(8, b"w"), there.clone(), field(9, &[0; 12])].concat();
    with_tail(&field(5, &both), reason);
    let flag = [field(8, b"w"), tensor(&[1], 1, &[0; 4]), number(14, 1)].concat();
    with_tail(&field(5, &flag), reason);
    let entries = [
        field(8, b"w"),
        tensor(&[1], 1, &[0; 4]),
        field(13, &field(1, b"x")),
    ]
    .concat();
    with_tail(&field(5, &entries), reason);
    // In attributes, of operators that have tensors and of others.
    for operator in ["Constant", "ConstantOfShape", "Relu", "Loop"] {
        let hidden = attribute("value", 4, &field(5, &there));
        with_tail(&node(operator, &["depth"], &hidden), reason);
        let wrong_type = attribute("value", 2, &field(5, &there));
        with_tail(&node(operator, &["depth"], &wrong_type), reason);
    }
    for (kind, number, what) in [(9, 10, "tensors"), (11, 22, "sparse"), (12, 23, "sparse")] {
        let content = field(number, &field(1, &there));
        with_tail(
            &node("Constant", &[], &attribute("value", kind, &content)),
            what,
        );
    }
    with_tail(&field(15, &field(1, &there)), "sparse weights");
}

#[test]
fn functions_loops_and_foreign_operators() {
    let body = field(6, &field(1, &[]));
    for operator in ["Loop", "If", "Scan", "SequenceMap", "Relu"] {
        with_tail(
            &node(operator, &["depth"], &attribute("body", 5, &body)),
            "a subgraph",
        );
        let several = field(11, &[]);
        with_tail(
            &node(operator, &["depth"], &attribute("bodies", 10, &several)),
            "subgraphs",
        );
        // Without a subgraph, the operator is still refused.
        if operator != "Relu" {
            with_tail(
                &node(operator, &["depth"], &[]),
                "an operator that a model must not have",
            );
        }
    }
    for (number, what) in [(25, "functions"), (20, "training"), (26, "device")] {
        let bytes = [model().encode_to_vec(), field(number, &[])].concat();
        refused(bytes, what);
    }
    for domain in ["com.microsoft", "ai.onnx.ml", "local", " ", "AI.ONNX"] {
        with_tail(
            &node("Relu", &["depth"], &field(7, domain.as_bytes())),
            "operators of ONNX only",
        );
    }
    with_tail(
        &node("Relu", &["depth"], &field(8, b"mine")),
        "calls a function",
    );
    with_tail(
        &node(
            "Relu",
            &["depth"],
            &attribute("alpha", 1, &field(21, b"outer")),
        ),
        "reference to a function",
    );
    for operator in [
        "NonZero",
        "RandomNormal",
        "Unique",
        "StringNormalizer",
        "Relu ",
        "",
        "Optional",
    ] {
        with_tail(&node(operator, &["depth"], &[]), "must not have");
    }
    // Operators that external networks may have, and models may not.
    let top = with_graph_fields(&model(), &node("CumSum", &["depth", "id.0"], &[]));
    refused_as_model(top, "id.0");
}

#[test]
fn what_engines_would_read_differently() {
    let whole = model().encode_to_vec();
    let graph = model().graph.unwrap().encode_to_vec();
    refused([whole.clone(), field(7, &graph)].concat(), "`graph` twice");
    refused(
        [whole.clone(), field(99, b"x")].concat(),
        "unknown field, 99",
    );
    refused([whole.clone(), number(1, 9)].concat(), "`IR version` twice");
    refused([whole, vec![0x3b]].concat(), "no valid type");
    with_tail(&node("Relu", &["later"], &[]), "which nothing makes");
    with_tail(&node("Relu", &["unused Relu"], &[]), "needs its own output");
    let circle = [
        node("Abs", &["unused Neg"], &[]),
        node("Neg", &["unused Abs"], &[]),
    ];
    with_tail(&circle.concat(), "needs its own output");
    with_tail(
        &[node("Relu", &["depth"], &[]), node("Relu", &["depth"], &[])].concat(),
        "made twice",
    );
    let twice = [attribute("alpha", 1, &[]), attribute("alpha", 2, &[])].concat();
    with_tail(
        &node("LeakyRelu", &["depth"], &twice),
        "the attribute `alpha` twice",
    );
    with_tail(
        &node("LeakyRelu", &["depth"], &attribute("alpha", 0, &[])),
        "has no type",
    );
    let text = [field(8, b"w"), number(1, 1), number(2, 8), field(6, b"x")].concat();
    with_tail(&field(5, &text), "texts");
    let many = number(1, 0).repeat((1 << 20) + 1);
    with_tail(&field(5, &many), "fields");
    let nodes: Vec<u8> = (0..=1 << 14)
        .flat_map(|_| field(1, &field(4, b"Relu")))
        .collect();
    with_tail(&nodes, "nodes");
}

#[test]
fn shapes_without_their_numbers() {
    for (dims, raw) in [
        (&[1u64 << 40, 1 << 40][..], 4),
        (&[1_000_000_000], 4),
        (&[u64::MAX], 4),
        (&[3], 8),
        (&[], 8),
        (&[0], 4),
        (&[0, 1 << 50], 0),
        (&[1 << 32, 1 << 32], 0),
    ] {
        let weight = [field(8, b"w"), tensor(dims, 1, &vec![0; raw])].concat();
        with_tail(&field(5, &weight), "constant `w` has the shape");
        let hidden = attribute("value", 4, &field(5, &tensor(dims, 1, &vec![0; raw])));
        with_tail(&node("Constant", &[], &hidden), "a constant has the shape");
    }
    let odd = [field(8, b"w"), tensor(&[1], 1, &[0; 3])].concat();
    with_tail(&field(5, &odd), "no whole number of float32");
    let twice = [field(8, b"w"), tensor(&[1], 1, &[0; 4]), field(4, &[0; 4])].concat();
    with_tail(&field(5, &twice), "its numbers twice");
    let wrong = [field(8, b"w"), number(1, 1), number(2, 1), field(7, &[1])].concat();
    with_tail(&field(5, &wrong), "in a wrong field");
    let deep = [field(8, b"w"), tensor(&[1; 9], 1, &[0; 4])].concat();
    with_tail(&field(5, &deep), "more than 8 dimensions");
}

fn op(op_type: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op_type.into(),
        input: inputs.iter().map(|&input| input.into()).collect(),
        output: vec![output.into()],
        ..NodeProto::default()
    }
}

fn with_axis(mut node: NodeProto, axis: i64) -> NodeProto {
    let mut attribute = AttributeProto {
        name: "axis".into(),
        r#type: AttributeType::Int as i32,
        ..AttributeProto::default()
    };
    attribute.i = Some(axis);
    node.attribute.push(attribute);
    node
}

/// The small model with more weights and nodes, which nothing needs: engines compute constants when they load.
#[track_caller]
fn grows(weights: Vec<TensorProto>, nodes: Vec<NodeProto>, reason: &str) {
    let mut model = model();
    let graph = model.graph.as_mut().unwrap();
    graph.initializer.extend(weights);
    graph.node.extend(nodes);
    refused_as_model(model.encode_to_vec(), reason);
}

#[test]
fn constants_that_grow() {
    let large = || ints("n", &[1 << 20, 1 << 20]);
    grows(
        vec![large()],
        vec![op("ConstantOfShape", &["n"], "x")],
        "bytes",
    );
    let one = || ints("one", &[1]);
    grows(
        vec![one(), large()],
        vec![op("Expand", &["one", "n"], "x")],
        "bytes",
    );
    let times = ints("n", &[1 << 40]);
    grows(
        vec![one(), times.clone()],
        vec![op("Tile", &["one", "n"], "x")],
        "bytes",
    );
    let pads = ints("n", &[1 << 39, 0]);
    grows(
        vec![one(), pads],
        vec![op("Pad", &["one", "n"], "x")],
        "bytes",
    );
    let scalar = |name: &str, value: i64| TensorProto {
        dims: Vec::new(),
        ..ints(name, &[value])
    };
    let range = op("Range", &["a", "b", "c"], "x");
    let numbers = |b| vec![scalar("a", 0), scalar("b", b), scalar("c", 1)];
    grows(numbers(1 << 40), vec![range.clone()], "bytes");
    grows(
        vec![scalar("a", 0), scalar("b", 1), scalar("c", 0)],
        vec![range],
        "no end",
    );
    let negative = ints("n", &[-1]);
    grows(
        vec![negative],
        vec![op("ConstantOfShape", &["n"], "x")],
        "side of -1",
    );
    // 40 times twice as large; as a constant, and from the picture.
    for start in ["one", "depth"] {
        let mut nodes = Vec::new();
        let mut last = start.to_owned();
        for index in 0..40 {
            let next = format!("twice {index}");
            nodes.push(with_axis(op("Concat", &[&last, &last], &next), 0));
            last = next;
        }
        grows(vec![one()], nodes, "for 256 pixels");
    }
    // Many constants, each of which is allowed.
    let nodes = (0..1000).map(|index| op("ConstantOfShape", &["n"], &format!("x{index}")));
    grows(
        vec![ints("n", &[1 << 20])],
        nodes.collect(),
        "too many constants",
    );
}

#[test]
fn sizes_that_follow_from_the_picture() {
    let reduced = || op("ReduceMax", &["depth"], "most");
    let cast = || {
        let mut node = op("Cast", &["most"], "count");
        let mut to = AttributeProto {
            name: "to".into(),
            r#type: AttributeType::Int as i32,
            ..AttributeProto::default()
        };
        to.i = Some(DataType::Int64 as i64);
        node.attribute.push(to);
        node
    };
    let flat = || op("Reshape", &["count", "flat"], "list");
    let list = || ints("flat", &[1]);
    for (nodes, weights) in [
        (vec![op("ConstantOfShape", &["list"], "x")], vec![list()]),
        (
            vec![op("Tile", &["one", "list"], "x")],
            vec![list(), ints("one", &[1])],
        ),
        (
            vec![op("Expand", &["one", "list"], "x")],
            vec![list(), ints("one", &[1])],
        ),
        (
            vec![op("Reshape", &["one", "list"], "x")],
            vec![list(), ints("one", &[1])],
        ),
        (
            vec![op("Range", &["count", "count", "count"], "x")],
            vec![list()],
        ),
    ] {
        let all = [vec![reduced(), cast(), flat()], nodes].concat();
        grows(weights, all, "whose size depends on its input");
    }
}

#[test]
fn sizes_in_the_manifest() {
    let with = |change: &str, to: &str| {
        let mut model = model();
        let entry = model
            .metadata_props
            .iter_mut()
            .find(|entry| entry.key == "multicond.manifest");
        let json = &mut entry.unwrap().value;
        assert!(json.contains(change), "{json}");
        *json = json.replace(change, to);
        model.encode_to_vec()
    };
    let channels = "\"concept_channels\":12";
    for count in ["1000000000", "13", "18446744073709551615"] {
        let bytes = with(channels, &format!("\"concept_channels\":{count}"));
        refused_as_model(bytes, "`concept` has the shape");
    }
    for multiple in ["2048", "0", "3", "18446744073709551615"] {
        let bytes = with(
            "\"size_multiple\":4",
            &format!("\"size_multiple\":{multiple}"),
        );
        refused_as_model(bytes, "size_multiple");
    }
}

/// 8000 products of large matrices would take minutes.
#[test]
fn work_without_end() {
    let weight = TensorProto {
        name: "matrix".into(),
        dims: vec![512, 512],
        data_type: DataType::Float as i32,
        raw_data: vec![0; 4 << 18].into(),
    };
    let nodes = (0..8000).map(|index| {
        let from = if index == 0 {
            "matrix".into()
        } else {
            format!("x{}", index - 1)
        };
        op("MatMul", &[&from, "matrix"], &format!("x{index}"))
    });
    let mut model = model();
    let graph = model.graph.as_mut().unwrap();
    graph.initializer.push(weight);
    graph.node.extend(nodes);
    let error = ModelFile::from_bytes("x", model.encode_to_vec()).unwrap_err();
    let reason = error.reason();
    assert!(
        reason.contains("too many constants") || reason.contains("too much to compute"),
        "{reason}"
    );
}

#[test]
fn harmless_models_are_accepted() {
    // ONNX's own domain by its long name, imports of others that no node needs, descriptions, quantization notes.
    let mut plain = model();
    let graph = plain.graph.as_mut().unwrap();
    graph.node[0].domain = "ai.onnx".into();
    graph.doc_string = "x".into();
    plain
        .opset_import
        .push(multicond_format::model::proto::OperatorSetIdProto {
            domain: "com.microsoft".into(),
            version: 1,
        });
    let note = field(
        14,
        &[field(1, b"w"), field(2, &field(1, b"SCALE_TENSOR"))].concat(),
    );
    let bytes = with_graph_fields(&plain, &note);
    ModelFile::from_bytes("plain", bytes).unwrap();
    let empty = ModelProto {
        graph: Some(GraphProto::default()),
        ..model()
    };
    assert!(ModelFile::from_bytes("empty", empty.encode_to_vec()).is_err());
}

/// A network with one picture as input, for training or evaluation.
fn external(tail: &[u8]) -> Vec<u8> {
    let graph = GraphProto {
        name: "external".into(),
        node: vec![op("Relu", &["picture"], "scores")],
        input: vec![value("picture", DataType::Float, 3)],
        output: vec![value("scores", DataType::Float, 3)],
        ..GraphProto::default()
    };
    let model = ModelProto {
        ir_version: 8,
        graph: Some(graph),
        opset_import: model().opset_import,
        ..ModelProto::default()
    };
    with_graph_fields(&model, tail)
}

#[test]
fn external_networks_are_checked_before_they_are_loaded() {
    for engine in available() {
        let load = |bytes: &[u8]| {
            let engine = EngineOptions::named(engine);
            ExternalNetwork::from_bytes(bytes, None, &engine, Threads::Half)
        };
        let mut network = load(&external(&[])).unwrap();
        let picture = ndarray::Array4::from_elem((1, 3, 4, 5), -1.0);
        assert_eq!(network.run(picture.view()).unwrap().sum(), 0.0);
        let wrong = ndarray::Array4::from_elem((1, 4, 4, 5), -1.0);
        let error = network.run(wrong.view()).unwrap_err();
        assert!(
            error.reason().contains("expected [any, 3, any, any]"),
            "{error}"
        );
        for (tail, reason) in [
            (field(5, &elsewhere("/etc/passwd")), "data in another file"),
            (node("Loop", &["picture"], &[]), "must not have"),
            (
                node("Crypt", &["picture"], &field(7, b"foreign")),
                "operators of ONNX only",
            ),
        ] {
            let error = load(&external(&tail)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Model);
            assert!(error.reason().contains(reason), "{error}");
        }
        // Tensors that grow with the picture, and are no larger than allowed for small ones.
        let mut tail = Vec::new();
        for index in 0..16 {
            let name = |index: usize| match index {
                0 => "picture".to_owned(),
                index => format!("twice {index}"),
            };
            let join = with_axis(
                op("Concat", &[&name(index), &name(index)], &name(index + 1)),
                1,
            );
            tail.extend(field(1, &join.encode_to_vec()));
        }
        let mut network = load(&external(&tail)).unwrap();
        let large = ndarray::Array4::zeros((1, 3, 512, 512));
        let error = network.run(large.view()).unwrap_err();
        assert!(
            error.reason().contains("bytes, for 262144 pixels"),
            "{error}"
        );
    }
}
