//! What exported files contain, and what is refused. Failed exports return an error and leave no file.

#![allow(clippy::unwrap_used)]

use std::fs;

use burn::{module::Param, tensor::Tensor};
use multicond::{
    ErrorKind, Fit, Generator, Options, Picture, Size,
    model::{FixedShape, Manifest, ModelFile},
};
use multicond_format::model::proto::{
    AttributeType, Dimension, GraphProto, NodeProto, ValueInfoProto,
};
use multicond_tests::{
    lively,
    scene::{self, Coverage},
    subject::{self, Subject, difference},
};
use multicond_train::{
    net::{BackboneKind, BackboneNetwork, GeneratorNetwork, MergeKind, MergeNetwork, Preset},
    onnx::{self, ExportOptions, Inputs, ModelInfo},
};
use tempfile::TempDir;

fn small() -> (GeneratorNetwork, Manifest) {
    with(MergeKind::Tlam)
}

fn with(merge: MergeKind) -> (GeneratorNetwork, Manifest) {
    let labels = subject::labels();
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Small.merge(merge);
    let info = ModelInfo {
        name: "test".into(),
        trained_size: Size {
            width: 128,
            height: 128,
        },
        training: None,
        notice: None,
    };
    let manifest = onnx::manifest(info, &labels, &network);
    (lively::generator(&network, &labels, 1), manifest)
}

fn with_nan<const D: usize>(parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
    parameter.map(|tensor| tensor.mul_scalar(f32::NAN))
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn weights_that_are_no_numbers_are_named() {
    let (mut generator, manifest) = small();
    let BackboneNetwork::Asap(asap) = &mut generator.backbone else {
        panic!("ASAP-Net is the default")
    };
    let head = &mut asap.low_resolution.head;
    head.weight = with_nan(head.weight.clone());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.onnx");
    let error = onnx::export(&generator, &manifest, &path).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("model.onnx"), "{text}");
    assert!(
        text.contains("tensor `asap.low_resolution.head.weight`") && text.contains("NaN"),
        "{text}"
    );
    assert!(names(&folder).is_empty());
}

#[test]
fn class_tables_are_checked_too() {
    let (mut generator, manifest) = small();
    let MergeNetwork::Tlam(tlam) = &mut generator.merge else {
        panic!("TLAM is the default")
    };
    let projection = &mut tlam.projections[0];
    projection.weight = with_nan(projection.weight.clone());
    let error = onnx::model(&generator, &manifest).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("`tlam.projections.0.weight`"), "{text}");
}

#[test]
fn weights_of_clam_are_checked() {
    let (mut generator, manifest) = with(MergeKind::Clam);
    let MergeNetwork::Clam(clam) = &mut generator.merge else {
        panic!("the merge is CLAM")
    };
    let layer = &mut clam.branches[0].layers[0];
    layer.weight = with_nan(layer.weight.clone());
    let error = onnx::model(&generator, &manifest).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("`clam.branches.0.layers.0.weight`"), "{text}");
}

#[test]
fn manifests_of_other_labels_are_rejected() {
    for (merge, expected) in [
        (MergeKind::Tlam, "5 labels, but the generator has 6"),
        (MergeKind::Clam, "5 labels, but the generator has 6"),
        (
            MergeKind::Naive,
            "have 15 channels, but the generator takes 29",
        ),
        (
            MergeKind::Semantics,
            "have 2 channels, but the generator takes 14",
        ),
    ] {
        let (generator, mut manifest) = with(merge);
        manifest.labels.remove(0);
        let error = onnx::model(&generator, &manifest).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_failed_export_leaves_the_old_file() {
    let (generator, mut manifest) = small();
    manifest.labels.pop();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.onnx");
    fs::write(&path, "old").unwrap();
    let error = onnx::export(&generator, &manifest, &path).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("the manifest has 5 labels, but the generator has 6"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(&folder), ["model.onnx"]);
}

#[test]
fn exports_replace_the_old_file_and_repeat_exactly() {
    let (generator, manifest) = small();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.onnx");
    fs::write(&path, "old").unwrap();
    onnx::export(&generator, &manifest, &path).unwrap();
    let first = fs::read(&path).unwrap();
    onnx::export(&generator, &manifest, &path).unwrap();
    assert!(first == fs::read(&path).unwrap(), "two exports differ");
    assert_eq!(names(&folder), ["model.onnx"]);
}

/// The graphs of every merge and every backbone, free and for one size, with physical and with encoded inputs.
fn graphs() -> Vec<GraphProto> {
    let labels: Vec<_> = subject::labels();
    let mut networks = Vec::new();
    for kind in MergeKind::ALL {
        let mut network = Preset::Small.network(64);
        network.merge = Preset::Small.merge(kind);
        networks.push(network);
    }
    for kind in BackboneKind::ALL {
        let mut network = Preset::Small.network(64);
        network.backbone = Preset::Small.backbone(kind, 64);
        networks.push(network);
    }
    networks.extend(networks.clone().into_iter().map(|mut network| {
        network.confidence = true;
        network
    }));
    let mut graphs = Vec::new();
    for network in networks {
        let generator = lively::generator(&network, &labels, 1);
        let info = ModelInfo {
            name: "test".into(),
            trained_size: Size::new(64, 64),
            training: None,
            notice: None,
        };
        let manifest = onnx::manifest(info, &labels, &network);
        for fixed in [None, shape(1, 128, 64)] {
            for inputs in [Inputs::Physical, Inputs::Encoded] {
                let options = ExportOptions { fixed, inputs };
                let model = onnx::model_with(&generator, &manifest, &options).unwrap();
                graphs.extend(model.graph);
            }
        }
    }
    graphs
}

fn shape(batch: usize, width: usize, height: usize) -> Option<FixedShape> {
    let size = Size::new(width, height);
    Some(FixedShape { batch, size })
}

/// What other runtimes stumble over.
#[test]
fn graphs_are_as_plain_as_runtimes_need() {
    for graph in graphs() {
        let readers = |name: &String| {
            let inputs = graph.node.iter().flat_map(|node| &node.input);
            inputs.filter(|input| *input == name).count()
        };
        let is_input = |name: &String| graph.input.iter().any(|input| input.name == *name);
        let constants = graph.initializer.iter();
        for constant in constants.filter(|constant| !is_input(&constant.name)) {
            assert_eq!(readers(&constant.name), 1, "{}", constant.name);
        }
        for node in &graph.node {
            let NodeProto {
                name,
                input,
                output,
                ..
            } = node;
            assert!(input.len() + output.len() <= 8, "{name}");
            for attribute in &node.attribute {
                let has_value = match attribute.r#type() {
                    AttributeType::Float => attribute.f.is_some(),
                    AttributeType::Int => attribute.i.is_some(),
                    AttributeType::String => attribute.s.is_some(),
                    _ => true,
                };
                assert!(has_value, "{name}: {}", attribute.name);
            }
            if node.op_type == "Tanh" {
                let mut before = graph.node.iter();
                let before = before.find(|node| node.output.contains(&input[0])).unwrap();
                assert_eq!(before.op_type, "Clip", "{name}");
            }
        }
    }
}

#[test]
fn graphs_for_one_size_compute_no_shapes() {
    let is_fixed = |value: &ValueInfoProto| {
        let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
        let mut dims = tensor.shape.as_ref().unwrap().dim.iter();
        dims.all(|dim| matches!(dim.value, Some(Dimension::Fixed(1..))))
    };
    let mut counted = [0, 0];
    for graph in graphs() {
        let values = || {
            graph
                .input
                .iter()
                .chain(&graph.output)
                .chain(&graph.value_info)
        };
        let fixed = values().all(is_fixed);
        assert!(fixed || !values().any(is_fixed));
        let computes = graph.node.iter().any(|node| node.op_type == "Shape");
        assert_eq!(fixed, !computes);
        counted[usize::from(fixed)] += 1;
    }
    assert_eq!(counted[0], counted[1]);
}

/// Nodes that many targets lack, and that only the encoding needs.
#[test]
fn graphs_for_encoded_labels_do_not_encode() {
    for graph in graphs() {
        let is_encoded = graph.input.iter().all(|input| {
            input
                .r#type
                .as_ref()
                .unwrap()
                .tensor_type
                .as_ref()
                .unwrap()
                .elem_type
                == 1
        });
        let of_encoding = [
            "Abs", "And", "Or", "Less", "Equal", "Where", "Gather", "Pow",
        ];
        let encodes = graph
            .node
            .iter()
            .any(|node| of_encoding.contains(&node.op_type.as_str()));
        assert_eq!(is_encoded, !encodes);
    }
}

#[test]
fn the_sdk_runs_a_model_for_one_size_and_says_which() {
    let subject = Subject::new(Preset::Small, 128).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("fixed.onnx");
    let export = |fixed| {
        let options = ExportOptions {
            fixed,
            ..ExportOptions::default()
        };
        subject.export(&options, &path)
    };
    export(shape(1, 32, 24)).unwrap();
    let maps = scene::maps(&subject.labels, 32, 24, Coverage::Holes, 4);
    let frame = subject.frame(&maps).unwrap();
    let options = Options::default();
    let mut pictures = [Picture::default(), Picture::default()];
    let mut free = subject.open(&options).unwrap();
    free.generate(&frame, &mut pictures[0]).unwrap();
    let mut fixed = Generator::open(&path, &options).unwrap();
    assert_eq!(fixed.manifest().fixed, shape(1, 32, 24));
    fixed.generate(&frame, &mut pictures[1]).unwrap();
    let largest = difference(pictures[1].values(), pictures[0].values());
    assert!(largest <= 1e-5, "{largest}");

    let other = subject
        .frame(&scene::maps(&subject.labels, 40, 24, Coverage::Dense, 4))
        .unwrap();
    let error = fixed.generate(&other, &mut pictures[1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Size);
    let expected = "the frame: 40x24 pixels, but this model was exported for 32x24 only";
    assert_eq!(error.to_string(), expected);

    let padded = Options::default().with_fit(Fit::Pad);
    let mut padded = Generator::open(&path, &padded).unwrap();
    let small = subject
        .frame(&scene::maps(&subject.labels, 21, 9, Coverage::Dense, 4))
        .unwrap();
    padded.generate(&small, &mut pictures[1]).unwrap();
    assert_eq!(pictures[1].size(), (21, 9));
    let error = padded.generate(&other, &mut pictures[1]).unwrap_err();
    assert!(error.to_string().contains("32x24 only"), "{error}");

    export(shape(3, 32, 24)).unwrap();
    assert_eq!(
        ModelFile::open(&path).unwrap().manifest().fixed,
        shape(3, 32, 24)
    );
    let error = Generator::open(&path, &options).unwrap_err();
    assert!(error.to_string().contains("needs a batch of 1"), "{error}");

    for (wrong, reason) in [
        (shape(1, 33, 24), "multiples of 8"),
        (shape(1, 16_392, 24), "up to 16384"),
        (shape(0, 32, 24), "0 pictures per run"),
        (shape(1025, 32, 24), "expected 1 to 1024"),
    ] {
        let error = format!("{:#}", export(wrong).unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn the_sdk_refuses_encoded_inputs() {
    let subject = Subject::new(Preset::Small, 128).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("encoded.onnx");
    let options = ExportOptions {
        inputs: Inputs::Encoded,
        ..ExportOptions::default()
    };
    subject.export(&options, &path).unwrap();
    let error = ModelFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("`--inputs encoded`"), "{error}");
}
