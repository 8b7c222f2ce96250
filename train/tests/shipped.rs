//! Exporting the checkpoint in `examples/rooms` gives the model next to it.

use std::{fs, path::Path};

use burn::tensor::Device;
use multicond_format::model::{ModelFile, proto::ModelProto};
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
    assert!(exported.graph == shipped.graph, "another graph");
}
