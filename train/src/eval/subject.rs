//! The sources of scored pictures: models and baselines.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;
use indicatif::ProgressBar;
use multicond::{Frame, Generator, Options, Picture, Size, label::Label, model::ModelFile};
use ndarray::{Array3, ArrayView3, Axis};
use prost::Message;

use crate::{
    data::{Dataset, Sample, show},
    onnx,
    training::Checkpoint,
};

/// A source of pictures.
pub enum Subject {
    /// A model, run by the SDK.
    Model(Box<Generator>),
    /// Baseline: the mean colour of the ground truth.
    MeanColour,
    /// Baseline: the training picture with the smallest squared difference from the ground truth.
    Nearest(Gallery),
}

/// Training pictures with 8 bits per channel.
pub struct Gallery(Vec<Array3<u8>>);

/// Opens a model file, or exports a checkpoint (for a run, its newest) in memory.
///
/// # Errors
/// When it is neither, or damaged.
pub fn open_model(path: &Path) -> Result<ModelFile> {
    if !path.is_dir() {
        return Ok(ModelFile::open(path)?);
    }
    model_of(&Checkpoint::find(path)?)
}

/// The training size and the labels of a model, a checkpoint or a run.
///
/// # Errors
/// When it is none of them, or damaged.
pub fn describe(path: &Path) -> Result<(Size, Vec<Label>)> {
    if path.is_dir() {
        let config = Checkpoint::find(path)?.config()?;
        return Ok((config.size, config.labels));
    }
    let manifest = ModelFile::open(path)?.manifest().clone();
    Ok((manifest.trained_size, manifest.labels))
}

/// Exports a checkpoint to a model file in memory.
///
/// # Errors
/// When the checkpoint is damaged.
pub(super) fn model_of(checkpoint: &Checkpoint) -> Result<ModelFile> {
    let (generator, manifest) = onnx::of_checkpoint(checkpoint, &Device::flex())?;
    let bytes = onnx::model(&generator, &manifest)?.encode_to_vec();
    Ok(ModelFile::from_bytes(checkpoint.folder(), bytes)?)
}

impl Subject {
    /// A model in the SDK's engine, without reuse between frames.
    ///
    /// # Errors
    /// When the engine rejects it.
    pub fn model(file: ModelFile, options: &Options) -> Result<Self> {
        let options = options.clone().with_reuse(false);
        Ok(Self::Model(Box::new(Generator::new(file, &options)?)))
    }

    /// The labels that it takes.
    pub(super) fn labels(&self) -> &[Label] {
        match self {
            Self::Model(generator) => &generator.manifest().labels,
            Self::MeanColour | Self::Nearest(_) => &[],
        }
    }

    /// The side of its tiles in pixels; baselines have none.
    pub(super) fn tile(&self) -> Option<usize> {
        match self {
            Self::Model(generator) => Some(generator.manifest().size_multiple),
            Self::MeanColour | Self::Nearest(_) => None,
        }
    }

    /// Its picture `[3, height, width]` for a sample with ground truth `real`, and the time the SDK needed, in seconds.
    pub(super) fn paint(
        &mut self,
        sample: &Sample,
        real: ArrayView3<'_, f32>,
    ) -> Result<(Array3<f32>, f64)> {
        match self {
            Self::Model(generator) => {
                let mut picture = Picture::default();
                let frame = frame(sample, &generator.manifest().labels)?;
                generator.generate(&frame, &mut picture)?;
                let seconds = generator.statistics().total.as_secs_f64();
                Ok((picture.values().to_owned(), seconds))
            }
            Self::MeanColour => Ok((mean_colour(real), 0.0)),
            Self::Nearest(gallery) => Ok((gallery.nearest(real)?, 0.0)),
        }
    }
}

/// Converts a sample's labels to a frame of the SDK.
fn frame(sample: &Sample, labels: &[Label]) -> Result<Frame<'static>> {
    let (_, height, width) = sample.picture.dim();
    let mut frame = Frame::new(width, height);
    for (label, map) in labels.iter().zip(&sample.labels) {
        frame.set(label.name.clone(), map.clone())?;
    }
    for (label, confidence) in labels.iter().zip(&sample.confidence) {
        if let Some(confidence) = confidence {
            frame.set_confidence(&label.name, confidence.clone())?;
        }
    }
    Ok(frame)
}

fn mean_colour(real: ArrayView3<'_, f32>) -> Array3<f32> {
    let mut picture = real.to_owned();
    for mut plane in picture.axis_iter_mut(Axis(0)) {
        let mean = plane.mean().unwrap_or_default();
        plane.fill(mean);
    }
    picture
}

impl Gallery {
    /// Reads all pictures of a dataset.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read(training: &Dataset, size: Size, bar: &ProgressBar) -> Result<Self> {
        let picture = |index| {
            bar.inc(1);
            let picture = training.read(index, &[], size)?.picture;
            Ok(picture.mapv(show::byte))
        };
        (0..training.frames().len())
            .map(picture)
            .collect::<Result<_>>()
            .map(Self)
    }

    fn nearest(&self, real: ArrayView3<'_, f32>) -> Result<Array3<f32>> {
        let real = real.mapv(show::byte);
        let distance = |picture: &&Array3<u8>| -> u64 {
            let pairs = picture.iter().zip(&real);
            pairs.map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
        };
        let nearest = self.0.iter().min_by_key(distance);
        let nearest = nearest.context("the training data has no pictures")?;
        Ok(nearest.mapv(|byte| f32::from(byte) / 255.0))
    }
}
