//! The subject of a test: a network in `burn` and the same network as a model file.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use multicond::{
    Frame, Options, Size,
    label::{Label, LabelMap},
    model::Manifest,
};
use multicond_train::{
    data::{encode_with, encoded_channels},
    net::{
        BackboneConfig, GeneratorNetwork, MergeKind, NetworkConfig, Preset,
        backbone::asap::{AsapConfig, Padding},
    },
    onnx::{self, ExportOptions, ModelInfo},
};
use ndarray::{Array2, Array3};
use tempfile::TempDir;

use crate::lively;

/// A generator with random weights and its model file.
pub struct Subject {
    /// The configuration.
    pub network: NetworkConfig,
    /// The labels; all built-in labels by default.
    pub labels: Vec<Label>,
    /// The network.
    pub generator: GeneratorNetwork,
    manifest: Manifest,
    folder: TempDir,
}

impl Subject {
    /// The preset for pictures of `rows` rows.
    pub fn new(preset: Preset, rows: usize) -> Result<Self> {
        Self::with(preset.network(rows), rows)
    }

    /// A network with this configuration, as if trained on pictures of `rows` rows.
    pub fn with(network: NetworkConfig, rows: usize) -> Result<Self> {
        let labels = labels();
        Self::of(
            lively::generator(&network, &labels, 1),
            network,
            labels,
            rows,
        )
    }

    /// A subject from an existing generator.
    pub fn of(
        generator: GeneratorNetwork,
        network: NetworkConfig,
        labels: Vec<Label>,
        rows: usize,
    ) -> Result<Self> {
        let info = ModelInfo {
            name: "test".into(),
            trained_size: Size {
                width: rows,
                height: rows,
            },
            training: None,
            notice: None,
        };
        let subject = Self {
            manifest: onnx::manifest(info, &labels, &network),
            generator,
            network,
            labels,
            folder: TempDir::new()?,
        };
        onnx::export(&subject.generator, &subject.manifest, &subject.model())?;
        Ok(subject)
    }

    /// Writes another model file of the same network.
    pub fn export(&self, options: &ExportOptions, path: &Path) -> Result<()> {
        onnx::export_with(&self.generator, &self.manifest, options, path)
    }

    /// The model file.
    pub fn model(&self) -> PathBuf {
        self.folder.path().join("model.onnx")
    }

    /// The model in an engine.
    pub fn open(&self, options: &Options) -> multicond::Result<multicond::Generator> {
        multicond::Generator::open(self.model(), options)
    }

    /// Converts maps to a frame of the SDK, without labels that are missing everywhere.
    pub fn frame(&self, maps: &[LabelMap]) -> multicond::Result<Frame<'static>> {
        let (width, height) = maps[0].size();
        let mut frame = Frame::new(width, height);
        for (label, map) in self.labels.iter().zip(maps) {
            if !is_missing(map) {
                frame.set(label.name.as_str(), map.clone())?;
            }
        }
        Ok(frame)
    }

    /// [`frame`](Self::frame) with confidences; those of labels that are missing everywhere are left out, too.
    pub fn frame_with(
        &self,
        maps: &[LabelMap],
        confidences: &[Option<Array2<f32>>],
    ) -> multicond::Result<Frame<'static>> {
        let mut frame = self.frame(maps)?;
        for (label, confidence) in self.labels.iter().zip(confidences) {
            if let Some(confidence) = confidence
                && frame.get(&label.name).is_some()
            {
                frame.set_confidence(&label.name, confidence.clone())?;
            }
        }
        Ok(frame)
    }

    /// The picture in [0, 1] that the network generates from the maps.
    pub fn expected(&self, maps: &[LabelMap]) -> Result<Array3<f32>> {
        self.expected_with(maps, &[])
    }

    /// The picture in [0, 1] that the network generates from the maps and their confidences.
    pub fn expected_with(
        &self,
        maps: &[LabelMap],
        confidences: &[Option<Array2<f32>>],
    ) -> Result<Array3<f32>> {
        let (width, height) = maps[0].size();
        let input = encode_with(maps, confidences, &self.labels, width * height);
        let channels = encoded_channels(&self.labels);
        let data = TensorData::new(input, [1, channels, height, width]);
        let made = self
            .generator
            .forward(Tensor::<4>::from_data(data, &Device::flex()));
        let values = ((made.image + 1.0) / 2.0)
            .into_data()
            .try_into_vec::<f32>()
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let image = Array3::from_shape_vec((3, height, width), values)?;
        let spread = image.std(0.0);
        ensure!(spread > 0.1, "the picture is nearly grey: std {spread}");
        Ok(image)
    }
}

/// The labels of the networks in these tests.
pub fn labels() -> Vec<Label> {
    vec![
        Label::semantics((0..13).map(|class| format!("class {class}"))),
        Label::depth(),
        Label::normals(),
        Label::curvature(),
        Label::edges(),
        Label::albedo(),
    ]
}

/// The configuration of ASAP-Net, the backbone of the presets.
pub fn asap(network: &mut NetworkConfig) -> &mut AsapConfig {
    match &mut network.backbone {
        BackboneConfig::Asap(config) => config,
        _ => panic!("the backbone is not ASAP-Net"),
    }
}

/// The small preset with features of ASAP-Net's released weights: reflection padding, as for facades, and channels for
/// the low-resolution stream only, as for Cityscapes.
pub fn as_released() -> NetworkConfig {
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Small.merge(MergeKind::Naive);
    let asap = asap(&mut network);
    asap.padding = Padding::Reflect;
    asap.low_resolution_only = 2;
    network
}

/// The largest difference; infinite if a value is NaN.
pub fn difference<'a>(
    a: impl IntoIterator<Item = &'a f32>,
    b: impl IntoIterator<Item = &'a f32>,
) -> f32 {
    a.into_iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .map(|d| if d.is_nan() { f32::INFINITY } else { d })
        .fold(0.0, f32::max)
}

fn is_missing(map: &LabelMap) -> bool {
    match map {
        LabelMap::Classes(ids) => ids.iter().all(|&id| id == 255),
        LabelMap::Values(values) => values.iter().all(|value| value.is_nan()),
    }
}
