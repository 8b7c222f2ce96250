//! The files of `examples/rooms` fit each other: exporting the checkpoint gives the model next to it, and the table of
//! classes names its classes.

use std::{collections::BTreeMap, fs, path::Path};

use burn::tensor::Device;
use multicond_format::model::{
    ModelFile,
    proto::{ModelProto, TensorProto},
};
use multicond_train::{net::MergeKind, onnx, training::Checkpoint};
use prost::Message;

#[test]
fn the_shipped_checkpoint_gives_the_shipped_model() {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rooms");
    let folder = rooms.join("checkpoint");
    let checkpoint = Checkpoint::find(&folder).expect("a checkpoint");
    let config = checkpoint.config().expect("its configuration");
    assert_eq!(config.network.merge.kind(), MergeKind::Tlam);
    let generator = checkpoint.generator(&config, &Device::flex());
    let generator = generator.expect("its generator");

    let path = rooms.join("model.onnx");
    let model = ModelFile::open(&path).expect("the model next to it");
    let exported = onnx::model(&generator, model.manifest()).expect("exports");
    let bytes = fs::read(path).expect("is there");
    let shipped = ModelProto::decode(bytes.as_slice()).expect("ONNX");
    assert!(parts(&exported) == parts(&shipped), "another model");
}

/// The numbers of a model, and its nodes by operator. The order of the nodes may change from version to version.
fn parts(model: &ModelProto) -> (Vec<TensorProto>, Vec<String>) {
    let graph = model.graph.clone().expect("a graph");
    let mut numbers = graph.initializer;
    numbers.sort_by(|a, b| a.name.cmp(&b.name));
    let mut operators: Vec<String> = graph.node.into_iter().map(|node| node.op_type).collect();
    operators.sort();
    (numbers, operators)
}

#[test]
fn the_table_of_classes_names_classes_of_the_model() {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rooms");
    let model = ModelFile::open(rooms.join("model.onnx")).expect("the model");
    let labels = model.manifest().labels.iter();
    let classes: Vec<&String> = labels
        .filter_map(|label| label.classes())
        .flatten()
        .collect();
    let text = fs::read_to_string(rooms.join("classes.toml")).expect("the table");
    let table: BTreeMap<String, String> = toml::from_str(&text).expect("names");
    assert!(table.len() > 20);
    for (class, becomes) in &table {
        assert!(
            becomes.is_empty() || classes.contains(&becomes),
            "{class} = {becomes}"
        );
        // Of the same name, it would meet the model's by itself.
        assert!(!classes.contains(&class), "{class}");
    }
}
