//! Failed exports return an error and leave no file.

#![allow(clippy::unwrap_used)]

use std::fs;

use burn::{module::Param, tensor::Tensor};
use multicond::{Size, model::Manifest};
use multicond_tests::{lively, subject};
use multicond_train::{
    net::{BackboneNetwork, GeneratorNetwork, MergeKind, MergeNetwork, Preset},
    onnx::{self, ModelInfo},
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
