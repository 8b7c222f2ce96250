//! Generators in the form that ASAP-Net's own code saves come out as the networks that they were.

#![allow(clippy::unwrap_used)]

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use burn::tensor::{Device, Distribution, Tensor};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use multicond::label::Label;
use multicond_tests::{engines::skip, lively, subject::asap};
use multicond_train::{
    import::asap_net,
    net::{Generator, MergeKind, NetworkConfig, Padding, Preset},
};
use tempfile::TempDir;

fn python() -> Option<OsString> {
    let python = std::env::var_os("MULTICOND_PYTHON");
    if python.is_none() {
        skip(
            "MULTICOND_REQUIRE_PYTHON",
            "imports from PyTorch's files",
            "MULTICOND_PYTHON names no interpreter with numpy",
        );
    }
    python
}

/// A small generator with the pixel networks' width of the released ones.
fn small(padding: Padding, edges: bool) -> (NetworkConfig, Vec<Label>) {
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Small.merge(match edges {
        true => MergeKind::Naive,
        false => MergeKind::Semantics,
    });
    let asap = asap(&mut network);
    asap.pixel_width = 64;
    asap.width = 6;
    asap.max_width = 10;
    asap.padding = padding;
    asap.low_resolution_only = usize::from(edges);
    let mut labels = vec![Label::semantics(
        (0..5).map(|class| format!("class {class}")),
    )];
    if edges {
        labels.push(Label::edges());
    }
    for label in &mut labels {
        label.presence = false;
    }
    (network, labels)
}

struct Written {
    folder: TempDir,
    generator: Generator,
}

impl Written {
    fn file(&self) -> PathBuf {
        self.folder.path().join("latest_net_G.pth")
    }
}

fn write(python: &OsString, padding: Padding, edges: bool, more: &[&str]) -> Written {
    let (network, labels) = small(padding, edges);
    let generator = lively::generator(&network, &labels, 3);
    let folder = TempDir::new().unwrap();
    let weights = folder.path().join("generator.safetensors");
    let mut store = SafetensorsStore::from_file(&weights);
    generator.save_into(&mut store).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/write_asap.py");
    let written = Written { folder, generator };
    let padding = match padding {
        Padding::Zero => "zero",
        Padding::Reflect => "reflect",
    };
    let mut command = Command::new(python);
    command.arg(script).arg(&weights).arg(written.file());
    let status = command.args(["--padding", padding]).args(more).status();
    assert!(status.unwrap().success());
    written
}

#[test]
fn both_paddings_with_and_without_edges() {
    let Some(python) = python() else { return };
    for padding in [Padding::Zero, Padding::Reflect] {
        for edges in [false, true] {
            let written = write(&python, padding, edges, &[]);
            let imported = asap_net(&written.file(), None).unwrap();
            assert_eq!(imported.labels.len(), 1 + usize::from(edges));
            assert_eq!(imported.labels[0].classes().unwrap().len(), 5);
            let mut network = imported.network.clone();
            assert_eq!(asap(&mut network).padding, padding);
            assert_eq!(network.backbone.tile(), 8);
            let channels = 5 + usize::from(edges);
            let normal = Distribution::Normal(0.0, 1.0);
            let input = Tensor::random([1, channels, 24, 32], normal, &Device::flex());
            let pictures = [&written.generator, &imported.generator]
                .map(|generator| generator.forward(input.clone()).image.into_data());
            assert_eq!(pictures[0], pictures[1]);
        }
    }
}

#[test]
fn classes_are_counted() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Zero, false, &[]);
    let names = |count: usize| (0..count).map(|n| format!("name {n}")).collect();
    let imported = asap_net(&written.file(), Some(names(5))).unwrap();
    assert_eq!(imported.labels[0].classes().unwrap()[4], "name 4");
    let error = asap_net(&written.file(), Some(names(4))).err().unwrap();
    let error = format!("{error:#}");
    assert!(error.contains("5 classes, and 4 are named"), "{error}");
}

#[test]
fn what_is_missing_and_what_is_too_much_is_listed() {
    let Some(python) = python() else { return };
    let rename = [
        "--rename",
        "lowres_stream.model.2.1.bias",
        "lowres_stream.model.2.1.shift",
    ];
    let written = write(&python, Padding::Zero, false, &rename);
    let error = format!("{:#}", asap_net(&written.file(), None).err().unwrap());
    for part in [
        "latest_net_G.pth",
        "missing (1): lowres_stream.model.2.1.bias [6]",
        "extra (1): lowres_stream.model.2.1.shift [6]",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn damaged_and_strange_files_are_named() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Reflect, false, &[]);
    let bytes = fs::read(written.file()).unwrap();
    for length in [0, 10, bytes.len() / 2, bytes.len() - 30] {
        fs::write(written.file(), &bytes[..length]).unwrap();
        let error = format!("{:#}", asap_net(&written.file(), None).err().unwrap());
        assert!(error.contains("latest_net_G.pth"), "{error}");
    }
    fs::write(written.file(), "no checkpoint at all").unwrap();
    let error = format!("{:#}", asap_net(&written.file(), None).err().unwrap());
    assert!(error.contains("no PyTorch file"), "{error}");
}
