//! Model files that are not what they should be are refused with a reason.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{Generator, model::ModelFile};
use multicond_format::model::{
    MANIFEST_KEY,
    proto::{
        DataType, Dimension, DimensionProto, GraphProto, ModelProto, NodeProto, TensorProto,
        ValueInfoProto,
    },
};
use multicond_test_support::{
    engines::{available, options},
    small::{CHANNELS, manifest, model, model_with_confidence, value, write},
};
use prost::Message;

/// The reason why a model is refused, by [`ModelFile::open`] or by the cut.
#[track_caller]
fn refused(change: impl FnOnce(&mut ModelProto)) -> String {
    refused_of(model(), change)
}

#[track_caller]
fn refused_of(mut model: ModelProto, change: impl FnOnce(&mut ModelProto)) -> String {
    let folder = tempfile::tempdir().unwrap();
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

/// Exactly one input for each label, for one number a pixel, which is 1 where it is left out.
#[test]
fn confidences_that_are_not_as_promised() {
    const NAME: &str = "depth_confidence";
    let refused = |change: fn(&mut ModelProto)| refused_of(model_with_confidence(), change);
    fn graph(model: &mut ModelProto) -> &mut GraphProto {
        model.graph.as_mut().unwrap()
    }
    fn own(model: &mut ModelProto) -> &mut TensorProto {
        let mut weights = graph(model).initializer.iter_mut();
        weights.find(|weight| weight.name == NAME).unwrap()
    }
    fn input(model: &mut ModelProto) -> &mut ValueInfoProto {
        let mut inputs = graph(model).input.iter_mut();
        inputs.find(|input| input.name == NAME).unwrap()
    }
    fn sides(model: &mut ModelProto) -> &mut Vec<DimensionProto> {
        let tensor = input(model).r#type.as_mut().unwrap();
        let tensor = tensor.tensor_type.as_mut().unwrap();
        &mut tensor.shape.as_mut().unwrap().dim
    }
    fn numbers(numbers: &[f32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }
    fn side(size: i64) -> DimensionProto {
        DimensionProto {
            value: Some(Dimension::Fixed(size)),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model_with_confidence());
    assert!(ModelFile::open(path).unwrap().manifest().confidence);

    // The manifest says that there are none.
    let plain = refused_of(model_with_confidence(), |with| {
        with.metadata_props = model().metadata_props;
    });
    assert_eq!(
        plain,
        "input `semantics_confidence` is none of the manifest's labels"
    );
    let missing = refused_of(model(), |without| {
        without.metadata_props = model_with_confidence().metadata_props;
    });
    assert_eq!(missing, "no input `semantics_confidence`");

    let left_out = format!("input `{NAME}` cannot be left out: it has no value of its own");
    let none = refused(|model| graph(model).initializer.retain(|w| w.name != NAME));
    assert_eq!(none, left_out);
    let ones = format!(
        "input `{NAME}` must be 1 where a caller leaves it out: [1, 1, 1, 1] ones in float32"
    );
    for change in [
        (|model: &mut ModelProto| own(model).raw_data = numbers(&[0.5]).into())
            as fn(&mut ModelProto),
        |model| own(model).raw_data = numbers(&[f32::NAN]).into(),
        |model| own(model).dims = vec![1],
        |model| own(model).dims = vec![],
        |model| {
            own(model).dims = vec![1, 1, 1, 2];
            own(model).raw_data = numbers(&[1.0, 1.0]).into();
        },
        |model| {
            own(model).dims = vec![1, 1, 0, 1];
            own(model).raw_data = Vec::new().into();
        },
        |model| {
            own(model).data_type = DataType::Int32 as i32;
        },
    ] {
        assert_eq!(refused(change), ones);
    }
    let kind = refused(|model| *input(model) = value(NAME, DataType::Int32, 1));
    assert_eq!(kind, format!("input `{NAME}` is int32, expected float32"));
    let channels = refused(|model| *input(model) = value(NAME, DataType::Float, 2));
    assert_eq!(channels, format!("input `{NAME}` does not have 1 channels"));
    let rank = refused(|model| drop(sides(model).pop()));
    assert_eq!(
        rank,
        format!("input `{NAME}` does not have four dimensions")
    );
    let small = refused(|model| {
        let sides = sides(model);
        (sides[0], sides[2], sides[3]) = (side(1), side(4), side(4));
    });
    assert!(
        small.contains("differ in batch, height or width"),
        "{small}"
    );
    let twice = refused(|model| {
        let input = input(model).clone();
        graph(model).input.push(input);
    });
    assert_eq!(twice, format!("`{NAME}` is made twice"));

    // Labels cannot be left out, nor can anything else.
    let label = refused(|model| {
        let mut own = own(model).clone();
        own.name = "depth".into();
        graph(model).initializer.push(own);
    });
    assert_eq!(
        label,
        "input `depth` has a value of its own, which only confidences may have"
    );
    let other = refused(|model| {
        let input = value("noise_confidence", DataType::Float, 1);
        graph(model).input.push(input);
    });
    assert_eq!(
        other,
        "input `noise_confidence` is none of the manifest's labels and their confidences"
    );

    // Looked at across pixels, or after the merge.
    let mean = refused(|model| {
        let node = NodeProto {
            input: vec![NAME.into()],
            output: vec!["mean".into()],
            op_type: "GlobalAveragePool".into(),
            ..NodeProto::default()
        };
        let nodes = &mut graph(model).node;
        let reads = nodes.iter_mut().flat_map(|node| &mut node.input);
        reads
            .filter(|input| *input == NAME)
            .for_each(|input| *input = "mean".into());
        nodes.insert(0, node);
    });
    assert!(
        mean.starts_with("`concept` must depend on one pixel only"),
        "{mean}"
    );
    let late = refused(|model| {
        let last = graph(model).node.last_mut().unwrap();
        let before = std::mem::replace(&mut last.input[0], "late".into());
        let node = NodeProto {
            input: vec![before, NAME.into()],
            output: vec!["late".into()],
            op_type: "Mul".into(),
            ..NodeProto::default()
        };
        graph(model).node.push(node);
    });
    assert_eq!(
        late,
        format!("`image` depends on `{NAME}`, expected it to depend on `concept` only")
    );
}

/// A label must not be called as the confidence of another.
#[test]
fn a_label_with_the_name_of_a_confidence() {
    let message = refused_of(model_with_confidence(), |model| {
        let mut manifest = manifest();
        manifest.confidence = true;
        manifest.labels[3].name = "depth_confidence".into();
        let text = serde_json::to_string(&manifest).unwrap();
        set(model, MANIFEST_KEY, &text);
    });
    assert_eq!(
        message,
        "its manifest: label `depth_confidence` has the name of the confidence of another label"
    );
}
