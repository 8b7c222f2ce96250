//! Compares exported models with the reference implementation in NumPy (`reference/reference.py`).

#![allow(clippy::unwrap_used)]

use burn::tensor::Device;
use multicond::Size;
use multicond_test_support::require::python;
use multicond_tests::{
    lively,
    numpy::{agree, write_checkpoint},
    subject::{self, Subject, as_released, asap},
};
use multicond_train::{
    net::{MergeKind, NetworkConfig, Preset},
    onnx::{self, ModelInfo},
    training::{self, Checkpoint, GanState, Progress, TrainingConfig},
};
use tempfile::TempDir;

/// A network with random weights.
fn agree_on(network: NetworkConfig, cells: &str) {
    let Some(python) = python() else { return };
    let subject = Subject::with(network, 128).unwrap();
    let checkpoint = TempDir::new().unwrap();
    let Subject {
        generator,
        network,
        labels,
        ..
    } = &subject;
    write_checkpoint(checkpoint.path(), generator, network, labels).unwrap();
    agree(&python, checkpoint.path(), &subject.model(), cells).unwrap();
}

#[test]
fn paper_preset() {
    agree_on(Preset::Paper.network(256), "3x2");
}

#[test]
fn other_merges() {
    for kind in [MergeKind::Clam, MergeKind::Naive, MergeKind::Semantics] {
        let mut network = Preset::Small.network(128);
        network.merge = Preset::Paper.merge(kind);
        agree_on(network, "3x3");
    }
}

#[test]
fn fixed_downsampling() {
    let mut network = Preset::Small.network(128);
    asap(&mut network).learned_downsampling = 2;
    agree_on(network, "3x3");
}

#[test]
fn mirrored_borders_and_channels_for_the_stream_alone() {
    agree_on(as_released(), "3x3");
}

/// A checkpoint written by the trainer, read back and exported.
#[test]
fn checkpoint_of_the_small_preset() {
    let Some(python) = python() else { return };
    let size = Size {
        width: 128,
        height: 128,
    };
    let config = training::Config {
        name: "test".into(),
        notice: None,
        size,
        network: Preset::Small.network(128),
        training: TrainingConfig::default(),
        labels: subject::labels(),
    };
    let mut state = GanState::new(&config, &Device::flex().autodiff());
    state.average = lively::generator(&config.network, &config.labels, 2);
    let progress = Progress {
        step: 1,
        ..Progress::default()
    };
    let run = TempDir::new().unwrap();
    Checkpoint::write(run.path(), &config, &progress, &state).unwrap();
    let checkpoint = Checkpoint::find(run.path()).unwrap();
    let config = checkpoint.config().unwrap();
    let generator = checkpoint.generator(&config, &Device::flex()).unwrap();
    let info = ModelInfo {
        name: config.name.clone(),
        trained_size: size,
        training: None,
        notice: None,
    };
    let manifest = onnx::manifest(info, &config.labels, &config.network);
    let model = run.path().join("model.onnx");
    onnx::export(&generator, &manifest, &model).unwrap();
    agree(&python, checkpoint.folder(), &model, "3x4").unwrap();
}
