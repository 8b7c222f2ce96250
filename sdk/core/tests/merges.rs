//! A merge works on each pixel by itself, or the model is refused with the node that does not. Models in half precision
//! run. Pictures with NaN are errors.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{
    ErrorKind, Execution, Frame, Generator, Options, Picture,
    model::ModelFile,
    pixels::{Channels, Component, Format, ImageMut, Layout, Output},
};
use multicond_format::model::proto::{
    AttributeProto, AttributeType, DataType, ModelProto, NodeProto, TensorProto,
};
use multicond_test_support::{
    engines::{available, options},
    small::{CHANNELS, frame, ints, model},
};
use prost::Message;

fn int(name: &str, value: i64) -> AttributeProto {
    let mut attribute = AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        ..AttributeProto::default()
    };
    attribute.i = Some(value);
    attribute
}

fn list(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        ints: values.into(),
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    }
}

fn op(
    op_type: &str,
    inputs: &[&str],
    outputs: &[&str],
    attribute: Vec<AttributeProto>,
) -> NodeProto {
    let names = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
    NodeProto {
        op_type: op_type.into(),
        input: names(inputs),
        output: names(outputs),
        attribute,
        ..NodeProto::default()
    }
}

fn floats(name: &str, dims: &[i64], value: f32) -> TensorProto {
    let count: i64 = dims.iter().product();
    TensorProto {
        name: name.into(),
        dims: dims.into(),
        data_type: DataType::Float as i32,
        raw_data: value.to_le_bytes().repeat(count as usize).into(),
    }
}

/// The small model with nodes between the sum of its labels, `sum`, and what becomes the concept, `changed`.
fn merged_by(weights: Vec<TensorProto>, nodes: Vec<NodeProto>) -> ModelProto {
    let mut model = model();
    let graph = model.graph.as_mut().unwrap();
    let is_concept = |node: &NodeProto| node.output == ["concept"];
    let place = graph.node.iter().position(is_concept).unwrap();
    let sum = std::mem::replace(&mut graph.node[place].input[0], "changed".into());
    let rename = |mut node: NodeProto| {
        let names = node.input.iter_mut();
        names
            .filter(|name| *name == "sum")
            .for_each(|name| name.clone_from(&sum));
        node
    };
    graph
        .node
        .splice(place..place, nodes.into_iter().map(rename));
    graph.initializer.extend(weights);
    model
}

fn opened(model: &ModelProto) -> multicond::Result<ModelFile> {
    ModelFile::from_bytes("merge", model.encode_to_vec())
}

#[test]
fn operators_that_mix_pixels() {
    let one = |op_type: &str, attribute| vec![op(op_type, &["sum"], &["changed"], attribute)];
    let c = CHANNELS as i64;
    let cases: Vec<(&str, Vec<TensorProto>, Vec<NodeProto>)> = vec![
        (
            "norm",
            vec![floats("one", &[c], 1.0)],
            vec![op(
                "InstanceNormalization",
                &["sum", "one", "one"],
                &["changed"],
                vec![],
            )],
        ),
        (
            "softmax of columns",
            vec![],
            one("Softmax", vec![int("axis", -1)]),
        ),
        (
            "softmax of rows",
            vec![],
            one("Softmax", vec![int("axis", 2)]),
        ),
        (
            "log softmax of the batch",
            vec![],
            one("LogSoftmax", vec![int("axis", 0)]),
        ),
        (
            "sum over rows",
            vec![],
            vec![
                op("ReduceMean", &["sum"], &["mean"], vec![list("axes", &[2])]),
                op("Sub", &["sum", "mean"], &["changed"], vec![]),
            ],
        ),
        (
            "sum over all",
            vec![],
            vec![
                op("ReduceMax", &["sum"], &["most"], vec![]),
                op("Div", &["sum", "most"], &["changed"], vec![]),
            ],
        ),
        (
            "pool",
            vec![],
            vec![
                op("GlobalAveragePool", &["sum"], &["mean"], vec![]),
                op("Add", &["sum", "mean"], &["changed"], vec![]),
            ],
        ),
        (
            "window",
            vec![floats("kernel", &[c, c, 3, 3], 0.1)],
            vec![op(
                "Conv",
                &["sum", "kernel"],
                &["changed"],
                vec![list("pads", &[1, 1, 1, 1])],
            )],
        ),
        (
            "turned picture",
            vec![],
            vec![
                op(
                    "Transpose",
                    &["sum"],
                    &["turned"],
                    vec![list("perm", &[0, 1, 3, 2])],
                ),
                op("Add", &["turned", "sum"], &["changed"], vec![]),
            ],
        ),
        (
            "moved by a pixel",
            vec![ints("p", &[0, 0, 0, 1, 0, 0, 0, -1])],
            vec![op("Pad", &["sum", "p"], &["changed"], vec![])],
        ),
        (
            "mirrored",
            vec![ints("s", &[-1]), ints("e", &[i64::MIN]), ints("a", &[3])],
            vec![op(
                "Slice",
                &["sum", "s", "e", "a", "s"],
                &["changed"],
                vec![],
            )],
        ),
        (
            "products of pixels",
            vec![],
            vec![
                op(
                    "Transpose",
                    &["sum"],
                    &["t"],
                    vec![list("perm", &[0, 1, 3, 2])],
                ),
                op("MatMul", &["sum", "t"], &["pairs"], vec![]),
                op("MatMul", &["pairs", "sum"], &["changed"], vec![]),
            ],
        ),
        (
            "the first pixel for all",
            vec![ints("n", &[0])],
            vec![
                op("Gather", &["sum", "n"], &["first"], vec![int("axis", 3)]),
                op("Add", &["sum", "first"], &["changed"], vec![]),
            ],
        ),
        (
            "rows as channels",
            vec![ints("n", &[0, -1, 1, 0])],
            vec![
                op(
                    "Transpose",
                    &["sum"],
                    &["t"],
                    vec![list("perm", &[0, 2, 1, 3])],
                ),
                op("Softmax", &["t"], &["s"], vec![int("axis", 1)]),
                op(
                    "Transpose",
                    &["s"],
                    &["changed"],
                    vec![list("perm", &[0, 2, 1, 3])],
                ),
            ],
        ),
        (
            "pixels in another order",
            vec![],
            vec![
                op(
                    "Transpose",
                    &["sum"],
                    &["t"],
                    vec![list("perm", &[0, 1, 3, 2])],
                ),
                op("Shape", &["sum"], &["n"], vec![]),
                op("Reshape", &["t", "n"], &["changed"], vec![]),
            ],
        ),
        (
            "the size as a number",
            vec![],
            vec![
                op("Size", &["sum"], &["n"], vec![]),
                op("Cast", &["n"], &["f"], vec![int("to", 1)]),
                op("Div", &["sum", "f"], &["changed"], vec![]),
            ],
        ),
        (
            "dynamic quantization",
            vec![],
            vec![
                op(
                    "DynamicQuantizeLinear",
                    &["sum"],
                    &["q", "scale", "zero"],
                    vec![],
                ),
                op(
                    "DequantizeLinear",
                    &["q", "scale", "zero"],
                    &["changed"],
                    vec![],
                ),
            ],
        ),
        (
            "layer norm over rows",
            vec![floats("one", &[1], 1.0)],
            vec![op(
                "LayerNormalization",
                &["sum", "one"],
                &["changed"],
                vec![int("axis", 2)],
            )],
        ),
    ];
    for (what, weights, nodes) in cases {
        let error = opened(&merged_by(weights, nodes)).expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Model, "{what}");
        let text = error.to_string();
        assert!(text.contains("`concept`"), "{what}: {text}");
        if what == "dynamic quantization" {
            assert!(text.contains("takes its scale from all pixels"), "{text}");
        }
    }
}

#[test]
fn what_quantizers_and_optimisers_write_is_accepted() {
    let c = CHANNELS as i64;
    let zero = || TensorProto {
        data_type: DataType::Uint8 as i32,
        raw_data: vec![128].into(),
        ..ints("zero", &[0])
    };
    let scalar = |mut tensor: TensorProto| {
        tensor.dims.clear();
        tensor
    };
    let cases: Vec<(&str, Vec<TensorProto>, Vec<NodeProto>)> = vec![
        (
            "static quantization",
            vec![scalar(floats("scale", &[1], 0.01)), scalar(zero())],
            vec![
                op("QuantizeLinear", &["sum", "scale", "zero"], &["q"], vec![]),
                op(
                    "DequantizeLinear",
                    &["q", "scale", "zero"],
                    &["changed"],
                    vec![],
                ),
            ],
        ),
        (
            "softmax of channels",
            vec![],
            vec![op("Softmax", &["sum"], &["changed"], vec![int("axis", 1)])],
        ),
        (
            "channels split and joined",
            vec![],
            vec![
                op("Split", &["sum"], &["a", "b"], vec![int("axis", 1)]),
                op("Concat", &["b", "a"], &["changed"], vec![int("axis", -3)]),
            ],
        ),
        (
            "pixels as rows",
            vec![ints("n", &[-1, c]), floats("kernel", &[c, c], 0.1)],
            vec![
                op(
                    "Transpose",
                    &["sum"],
                    &["t"],
                    vec![list("perm", &[0, 2, 3, 1])],
                ),
                op("Shape", &["t"], &["s"], vec![]),
                op("Reshape", &["t", "n"], &["rows"], vec![]),
                op("MatMul", &["rows", "kernel"], &["m"], vec![]),
                op("Reshape", &["m", "s"], &["p"], vec![]),
                op(
                    "Transpose",
                    &["p"],
                    &["changed"],
                    vec![list("perm", &[0, 3, 1, 2])],
                ),
            ],
        ),
        (
            "batch norm",
            vec![floats("one", &[c], 1.0)],
            vec![op(
                "BatchNormalization",
                &["sum", "one", "one", "one", "one"],
                &["changed"],
                vec![],
            )],
        ),
    ];
    for (what, weights, nodes) in cases {
        let file = opened(&merged_by(weights, nodes)).expect(what);
        for engine in available() {
            let mut pictures = [Execution::Tiled, Execution::Whole].map(|execution| {
                let options = options(engine).with_execution(execution);
                let mut generator = Generator::new(file.clone(), &options).expect(what);
                let mut picture = Picture::default();
                generator.generate(&frame(20, 12), &mut picture).unwrap();
                picture
            });
            let [tiled, whole] = &mut pictures;
            let pairs = tiled.values().into_iter().zip(whole.values());
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{what} on {engine}: {worst}");
        }
    }
}

/// Bounds grow with the picture: what a small one may take, a large one may take for each of its pixels.
#[test]
fn large_pictures_of_harmless_models_are_accepted() {
    let c = CHANNELS as i64;
    let weights = vec![
        ints("n", &[-1, c]),
        floats("kernel", &[c, 64 * c], 0.1),
        floats("back", &[64 * c, c], 0.1),
    ];
    let nodes = vec![
        op(
            "Transpose",
            &["sum"],
            &["t"],
            vec![list("perm", &[0, 2, 3, 1])],
        ),
        op("Shape", &["t"], &["s"], vec![]),
        op("Reshape", &["t", "n"], &["rows"], vec![]),
        op("Gemm", &["rows", "kernel"], &["wide"], vec![]),
        op("Gemm", &["wide", "back"], &["m"], vec![]),
        op("Reshape", &["m", "s"], &["p"], vec![]),
        op(
            "Transpose",
            &["p"],
            &["changed"],
            vec![list("perm", &[0, 3, 1, 2])],
        ),
    ];
    let file = opened(&merged_by(weights, nodes)).unwrap();
    let whole = Options::default().with_execution(Execution::Whole);
    for side in [512, 4096, 16_384] {
        assert!(Generator::estimate_memory_with(&file, &whole, side, side) < u64::MAX);
        Generator::check(&file, &whole, side, side).unwrap();
    }
}

/// The small model whose picture has NaN or infinity where depth is above 0.5.
fn spoiled(bad: f32) -> ModelProto {
    let mut model = merged_by(
        Vec::new(),
        vec![op("Identity", &["sum"], &["changed"], vec![])],
    );
    let graph = model.graph.as_mut().unwrap();
    let last = graph.node.last_mut().unwrap();
    last.output = vec!["sound".into()];
    graph.initializer.push(floats("bad", &[1, 1, 1, 1], bad));
    graph.initializer.push(floats("half", &[1, 1, 1, 1], 0.5));
    graph
        .node
        .push(op("Greater", &["sound", "half"], &["large"], vec![]));
    graph
        .node
        .push(op("Where", &["large", "bad", "sound"], &["image"], vec![]));
    model
}

#[test]
fn pictures_that_are_not_finite_are_errors() {
    for engine in available() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let file = opened(&spoiled(bad)).unwrap();
            for execution in [Execution::Tiled, Execution::Whole] {
                let options = options(engine).with_execution(execution);
                let mut generator = Generator::new(file.clone(), &options).unwrap();
                let mut picture = Picture::new(2, 2);
                // The second time the picture must not pass as one that is there already.
                for _ in 0..2 {
                    let error = generator
                        .generate(&frame(20, 12), &mut picture)
                        .unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::Model, "{error}");
                    assert!(
                        error.to_string().contains("expected finite numbers"),
                        "{error}"
                    );
                    assert_eq!(picture.size(), (2, 2));
                }
                let mut bytes = vec![7; 20 * 12 * 4];
                let format = Format::new(Component::U8, Channels::Rgba);
                let target = ImageMut::new(&mut bytes, format, Layout::new(20, 12)).unwrap();
                let mut output = Output::new(target).unwrap();
                generator
                    .generate_into(&frame(20, 12), &mut output)
                    .unwrap_err();
                assert!(bytes.iter().all(|&byte| byte == 7));
            }
        }
        let mut generator =
            Generator::new(opened(&spoiled(1.0)).unwrap(), &options(engine)).unwrap();
        generator
            .generate(&frame(20, 12), &mut Picture::default())
            .unwrap();
        let error = {
            let nodes = vec![op("Sqrt", &["sum"], &["changed"], vec![])];
            let file = opened(&merged_by(Vec::new(), nodes)).unwrap();
            let mut generator = Generator::new(file, &options(engine)).unwrap();
            generator.concept(&Frame::new(8, 8)).map(drop).err()
        };
        if let Some(error) = error {
            assert_eq!(error.kind(), ErrorKind::Model);
        }
    }
}

const FLOAT16: i64 = 10;

/// The small model with its computation in half precision, as converters that keep inputs and outputs write it.
fn halved() -> ModelProto {
    let mut model = model();
    let graph = model.graph.as_mut().unwrap();
    for weight in &mut graph.initializer {
        if weight.name.starts_with('w') {
            let numbers = weight.raw_data.chunks_exact(4);
            let halves = numbers.map(|bytes| {
                let number = f32::from_le_bytes(bytes.try_into().unwrap());
                half::f16::from_f32(number).to_le_bytes()
            });
            weight.raw_data = halves.flatten().collect::<Vec<u8>>().into();
            weight.data_type = FLOAT16 as i32;
        }
    }
    let mut nodes = Vec::new();
    for (index, mut node) in graph.node.drain(..).enumerate() {
        // The features of labels are made in full precision.
        if node.op_type == "Conv"
            && !node.input[0].starts_with("concept")
            && !node.input[0].contains("Pool")
        {
            let name = format!("half {index}");
            nodes.push(op(
                "Cast",
                &[&node.input[0]],
                &[&name],
                vec![int("to", FLOAT16)],
            ));
            node.input[0] = name;
        }
        if node.output == ["image"] {
            node.output = vec!["half image".into()];
        }
        nodes.push(node);
    }
    nodes.push(op("Cast", &["half image"], &["image"], vec![int("to", 1)]));
    graph.node = nodes;
    model
}

#[test]
fn half_precision_runs_or_is_named() {
    let make = |model: &ModelProto, engine, execution| {
        let options = options(engine).with_execution(execution);
        let mut generator = Generator::new(opened(model)?, &options)?;
        let mut picture = Picture::default();
        generator.generate(&frame(20, 12), &mut picture)?;
        Ok::<_, multicond::Error>(picture)
    };
    let halved = halved();
    for engine in available() {
        let full = make(&model(), engine, Execution::Tiled).unwrap();
        for execution in [Execution::Tiled, Execution::Whole] {
            match make(&halved, engine, execution) {
                Ok(half) => {
                    let pairs = full.values().into_iter().zip(half.values());
                    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 5e-3, "{engine}: {worst}");
                }
                Err(error) => {
                    // ONNX Runtime has all of these operators.
                    assert_ne!(engine, "onnxruntime", "{error}");
                    assert!(error.to_string().contains("float16"), "{error}");
                }
            }
        }
    }
    let mut inputs = model();
    let graph = inputs.graph.as_mut().unwrap();
    let set = |value: &mut multicond_format::model::proto::ValueInfoProto| {
        let tensor = value.r#type.as_mut().and_then(|t| t.tensor_type.as_mut());
        tensor.unwrap().elem_type = FLOAT16 as i32;
    };
    set(&mut graph.input[1]);
    let error = opened(&inputs).unwrap_err().to_string();
    assert!(
        error.contains("input `depth` is float16, expected float32"),
        "{error}"
    );
    let mut outputs = model();
    set(&mut outputs.graph.as_mut().unwrap().output[0]);
    let error = opened(&outputs).unwrap_err().to_string();
    assert!(error.contains("output `image` is float16"), "{error}");
    // What converters leave half done.
    let nodes = vec![
        op("Cast", &["sum"], &["h"], vec![int("to", FLOAT16)]),
        op("Max", &["h", "sum"], &["changed"], vec![]),
    ];
    let error = opened(&merged_by(Vec::new(), nodes))
        .unwrap_err()
        .to_string();
    assert!(error.contains("mixes float16 and float32"), "{error}");
}
