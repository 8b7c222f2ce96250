//! The shipped model: every engine generates the same pictures as the trained network, and the shipped ones.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use burn::tensor::{Device, Tensor, TensorData};
use multicond::{
    EngineOptions, Frame, Generator, Options, Picture, Result, files,
    label::{Label, LabelMap},
    model::ModelFile,
};
use multicond_test_support::engines;
use multicond_tests::subject::difference;
use multicond_train::{
    data::{encode, encoded_channels},
    training::Checkpoint,
};

/// A quarter of an 8-bit step. Trained pixel networks amplify rounding errors more than random ones.
const TOLERANCE: f32 = 1e-3;

fn rooms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rooms")
}

fn frames() -> io::Result<Vec<PathBuf>> {
    let mut frames = fs::read_dir(rooms().join("frames"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    frames.sort();
    assert_eq!(frames.len(), 3);
    Ok(frames)
}

/// The maps of a frame; `known` selects the labels to read.
fn maps(model: &ModelFile, frame: &Path, known: impl Fn(&str) -> bool) -> Result<Vec<LabelMap>> {
    let labels = &model.manifest().labels;
    let read = |label: &Label| files::read_label(frame.join(format!("{}.png", label.name)), label);
    let (width, height) = read(&labels[0])?.size();
    labels
        .iter()
        .map(|label| {
            if known(&label.name) {
                read(label)
            } else {
                Ok(LabelMap::missing(label, width, height))
            }
        })
        .collect()
}

#[test]
fn engines_generate_what_the_trained_network_generates() {
    let path = rooms().join("model.onnx");
    let model = ModelFile::open(&path).unwrap();
    let labels = &model.manifest().labels;
    let checkpoint = Checkpoint::find(&rooms().join("checkpoint")).unwrap();
    let config = checkpoint.config().unwrap();
    assert_eq!(&config.labels, labels);
    let network = checkpoint.generator(&config, &Device::flex()).unwrap();

    for engine in engines::available() {
        let options = Options::default().with_engine(EngineOptions::named(engine));
        let mut generator = Generator::open(&path, &options).unwrap();
        for frame in frames().unwrap() {
            for without in ["", "albedo", "semantics"] {
                let maps = maps(&model, &frame, |name| name != without).unwrap();
                let (width, height) = maps[0].size();
                let input = encode(&maps, labels, width * height);
                let shape = [1, encoded_channels(labels), height, width];
                let input = Tensor::<4>::from_data(TensorData::new(input, shape), &Device::flex());
                let image = (network.forward(input).image + 1.0) / 2.0;
                let expected: Vec<f32> = image.into_data().iter::<f32>().collect();

                let mut sdk_frame = Frame::new(width, height);
                for (label, map) in labels.iter().zip(maps) {
                    sdk_frame.set(label.name.as_str(), map).unwrap();
                }
                let mut picture = Picture::default();
                generator.generate(&sdk_frame, &mut picture).unwrap();
                let difference = difference(picture.values(), &expected);
                assert!(
                    difference <= TOLERANCE,
                    "{engine} {} without `{without}`: {difference}",
                    frame.display()
                );
            }
        }
    }
}

#[test]
fn the_pictures_beside_the_labels_are_the_models() {
    let path = rooms().join("model.onnx");
    let model = ModelFile::open(&path).unwrap();
    let mut generator = Generator::open(&path, &Options::default()).unwrap();
    for folder in frames().unwrap() {
        let maps = maps(&model, &folder, |_| true).unwrap();
        let (width, height) = maps[0].size();
        let mut frame = Frame::new(width, height);
        for (label, map) in model.manifest().labels.iter().zip(maps) {
            frame.set(label.name.as_str(), map).unwrap();
        }
        let mut picture = Picture::default();
        generator.generate(&frame, &mut picture).unwrap();
        let shipped = files::read_picture(folder.join("generated.png")).unwrap();
        // 8-bit files are rounded, and engines may round differently.
        let difference = difference(picture.values(), shipped.values());
        assert!(
            difference <= 1.01 / 255.0,
            "{}: {difference}",
            folder.display()
        );
    }
}
