//! Tests of the command `multicond-train import`. The product tests check the imported models.

#![allow(clippy::unwrap_used)]

use std::{
    ffi::OsString,
    fs,
    path::Path,
    process::{Command, Output},
};

use burn::tensor::Device;
use burn_store::{ModuleSnapshot, SafetensorsStore};
use multicond::{label::Label, model::ModelFile};
use multicond_test_support::require;
use multicond_train::net::{BackboneConfig, GeneratorNetwork, MergeKind, Preset};
use tempfile::TempDir;

fn import(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_multicond-train"))
        .arg("import")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn fails(arguments: &[&str], folder: &Path, expected: &str) {
    let output = import(arguments, folder);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(expected), "{said}");
    assert!(!folder.join("model.onnx").exists());
}

/// Writes a small generator with five classes and tiles of 8x8, as the original code would save it.
fn write(python: &OsString, folder: &Path) {
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Small.merge(MergeKind::Semantics);
    let BackboneConfig::Asap(asap) = &mut network.backbone else {
        panic!("ASAP-Net is the default")
    };
    (asap.pixel_width, asap.width, asap.max_width) = (64, 6, 10);
    let mut semantics = Label::semantics((0..5).map(|class| class.to_string()));
    semantics.presence = false;
    let weights = folder.join("generator.safetensors");
    let mut store = SafetensorsStore::from_file(&weights);
    let generator = GeneratorNetwork::new(&network, &[semantics], &Device::flex());
    generator.save_into(&mut store).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/write_asap.py");
    let mut command = Command::new(python);
    let arguments = [&script, &weights, &folder.join("small_net_G.pth")];
    assert!(command.args(arguments).status().unwrap().success());
}

#[test]
fn a_file_becomes_a_model() {
    let Some(python) = require::python() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let place = folder.path();
    write(&python, place);
    fs::write(place.join("few.json"), r#"["wall", "door"]"#).unwrap();
    fs::write(
        place.join("all.json"),
        r#"["wall", "door", "sill", "roof", "sky"]"#,
    )
    .unwrap();
    let file = ["small_net_G.pth", "-o", "model.onnx"];
    let with = |more: &[&'static str]| [&file[..], more].concat();

    fails(&with(&["--size", "100x64"]), place, "multiples of 8 pixels");
    let counted = "has 5 classes, but 2 names are given";
    fails(&with(&["--classes", "few.json"]), place, counted);
    fails(&with(&["--classes", "none.json"]), place, "none.json");

    let output = import(&file, place);
    assert!(output.status.success());
    assert_eq!(output.stdout, b"model.onnx\n");
    let model = ModelFile::open(place.join("model.onnx")).unwrap();
    let manifest = model.manifest();
    assert_eq!(manifest.name, "small_net_G");
    assert_eq!(manifest.trained_size.to_string(), "128x128");
    assert_eq!(manifest.labels[0].classes().unwrap()[4], "class 4");
    assert!(
        manifest
            .notice
            .as_ref()
            .unwrap()
            .contains("CC BY-NC-SA 4.0")
    );

    let more = with(&[
        "--classes",
        "all.json",
        "--size",
        "96x64",
        "--name",
        "houses",
        "--notice",
        "mine",
    ]);
    assert!(import(&more, place).status.success());
    let model = ModelFile::open(place.join("model.onnx")).unwrap();
    let manifest = model.manifest();
    assert_eq!(
        (manifest.name.as_str(), manifest.notice.as_deref()),
        ("houses", Some("mine"))
    );
    assert_eq!(manifest.trained_size.to_string(), "96x64");
    assert_eq!(manifest.labels[0].classes().unwrap()[3], "roof");
}

#[test]
fn an_invalid_file_gives_one_error_and_no_model() {
    let folder = TempDir::new().unwrap();
    let place = folder.path();
    fs::write(place.join("notes.pth"), "nothing").unwrap();
    let arguments = ["notes.pth", "-o", "model.onnx"];
    fails(&arguments, place, "error: notes.pth: not a PyTorch file");
    let arguments = ["none.pth", "-o", "model.onnx"];
    fails(&arguments, place, "error: none.pth: No such file");
}
