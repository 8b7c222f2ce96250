//! Model files that are not what they should be are refused with a reason.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{Generator, model::ModelFile};
use multicond_format::model::{
    MANIFEST_KEY,
    proto::{DataType, ModelProto, NodeProto},
};
use multicond_test_support::{
    engines::{available, options},
    small::{CHANNELS, manifest, model, value, write},
};
use prost::Message;

/// The reason why a model is refused, by [`ModelFile::open`] or by the cut.
#[track_caller]
fn refused(change: impl FnOnce(&mut ModelProto)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut model = model();
    change(&mut model);
    let path = write(folder.path(), &model);
    let error = match ModelFile::open(&path) {
        Err(error) => error,
        Ok(file) => {
            let engine = available().last().copied().unwrap_or("auto");
            Generator::new(file, &options(engine)).unwrap_err()
        }
    };
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    let rest = message.strip_prefix(&format!("{}: ", path.display()));
    rest.unwrap_or_else(|| panic!("no file in: {message}"))
        .to_owned()
}

fn set(model: &mut ModelProto, key: &str, value: &str) {
    let property = model
        .metadata_props
        .iter_mut()
        .find(|property| property.key == key);
    property.unwrap().value = value.into();
}

#[test]
fn a_model_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let file = ModelFile::open(&path).unwrap();
    assert_eq!(file.manifest(), &manifest());
    assert_eq!(file.path(), path);
    assert_eq!(file.file_size() as u64, path.metadata().unwrap().len());
}

#[test]
fn metadata() {
    assert_eq!(
        refused(|model| model.metadata_props.clear()),
        "an ONNX file, but not one of multicond's: no `multicond.format` metadata"
    );
    assert_eq!(
        refused(|model| set(model, "multicond.format", "2")),
        "written by a newer multicond: its format is 2, this version reads 1"
    );
    assert_eq!(
        refused(|model| set(model, "multicond.format", "one")),
        "`multicond.format` is `one`, expected `1`"
    );
    assert_eq!(
        refused(|model| model.metadata_props.retain(|p| p.key != MANIFEST_KEY)),
        "no `multicond.manifest` metadata"
    );
    let message = refused(|model| set(model, MANIFEST_KEY, "{"));
    assert!(
        message.starts_with("its `multicond.manifest` metadata: EOF"),
        "{message}"
    );
    let mut manifest = manifest();
    manifest.size_multiple = 3;
    let json = serde_json::to_string(&manifest).unwrap();
    let message = refused(|model| set(model, MANIFEST_KEY, &json));
    assert!(
        message.contains("size_multiple 3 is no power of two"),
        "{message}"
    );
}

#[test]
fn graphs_that_are_not_as_promised() {
    fn graph(model: &mut ModelProto) -> &mut multicond_format::model::proto::GraphProto {
        model.graph.as_mut().unwrap()
    }
    assert_eq!(
        refused(|model| model.graph = None),
        "not an ONNX file, or a truncated one: it has no graph"
    );
    let message = refused(|model| model.opset_import[0].version = 11);
    assert_eq!(message, "needs ONNX operators 11, expected 17 to 20");
    let message = refused(|model| model.opset_import.clear());
    assert_eq!(message, "does not say which ONNX operators it needs");
    let message = refused(|model| drop(graph(model).input.remove(1)));
    assert_eq!(message, "no input `depth`");
    let message = refused(|model| graph(model).input[1] = value("depth", DataType::Int32, 1));
    assert_eq!(message, "input `depth` is int32, expected float32");
    let message = refused(|model| graph(model).input[1] = value("depth", DataType::Float, 2));
    assert_eq!(message, "input `depth` does not have 1 channels");
    let message = refused(|model| graph(model).input.push(value("noise", DataType::Float, 1)));
    assert_eq!(message, "input `noise` is none of the manifest's labels");
    let message = refused(|model| graph(model).output.clear());
    assert_eq!(message, "no output `image`");
    let rename = |model: &mut ModelProto, from: &str, to: &str| {
        let names = graph(model)
            .node
            .iter_mut()
            .flat_map(|n| n.input.iter_mut().chain(&mut n.output));
        names
            .filter(|name| *name == from)
            .for_each(|name| *name = to.into());
    };
    let message = refused(|model| rename(model, "concept", "idea"));
    assert_eq!(message, "no node makes `concept`");
    let message = refused(|model| rename(model, "image", "picture"));
    assert_eq!(message, "no node makes `image`");
    let message = refused(|model| {
        let mut node = graph(model).node.pop().unwrap();
        let sum = std::mem::replace(&mut node.input[0], "mixed".into());
        graph(model).node.push(NodeProto {
            input: vec![sum, "depth".into()],
            output: vec!["mixed".into()],
            op_type: "Add".into(),
            ..NodeProto::default()
        });
        graph(model).node.push(node);
    });
    assert_eq!(
        message,
        "`image` depends on `depth`, expected it to depend on `concept` only"
    );
}

#[test]
fn operators_that_models_must_not_have() {
    let message = refused(|model| {
        let node = model.graph.as_mut().unwrap().node.last_mut().unwrap();
        node.op_type = "Sigmoidish".into();
    });
    let reason = "node `Sigmoid` (Sigmoidish) is an operator that a model must not have";
    assert_eq!(message, reason);
}

/// The concept tensor may also be listed as an output.
#[test]
fn concept_may_be_an_output() {
    let folder = tempfile::tempdir().unwrap();
    let mut model = model();
    let concept = value("concept", DataType::Float, CHANNELS);
    model.graph.as_mut().unwrap().output.push(concept);
    let path = write(folder.path(), &model);
    for engine in available() {
        Generator::open(&path, &options(engine)).unwrap();
    }
}

/// A file that ends anywhere is refused, and so is damage to its structure; neither is a panic.
#[test]
fn files_cut_short_or_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let whole = model().encode_to_vec();
    for length in (0..whole.len()).step_by(whole.len().div_ceil(500)) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let message = ModelFile::open(&path).unwrap_err().to_string();
        assert!(message.contains("model.onnx: "), "{message}");
    }
    for position in (0..whole.len()).step_by(whole.len().div_ceil(500)) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x55;
        std::fs::write(&path, bytes).unwrap();
        let _ = ModelFile::open(&path);
    }
    std::fs::write(&path, "no model at all, but a text").unwrap();
    let message = ModelFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("not an ONNX file"), "{message}");
}
