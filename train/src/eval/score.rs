//! Scores of a model file on held-out frames, beside two pictures that anyone could make without it.

use std::path::Path;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use multicond::{Frame, Generator, Options, Picture, model::Size};
use ndarray::{Array3, ArrayView3, Axis};
use serde::Serialize;

use super::{Lpips, psnr, psnr::mean_squared_error};
use crate::data::{Dataset, Sample, Sparsity};

/// What made the pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// The model.
    Model,
    /// The real picture's own mean colour everywhere.
    MeanColour,
    /// The training picture with the smallest squared difference to the real one.
    NearestTrainingPicture,
}

/// Means over all frames.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// What made the pictures.
    pub system: System,
    /// Peak signal-to-noise ratio in dB; more is better.
    pub psnr: f64,
    /// LPIPS 0.1 on AlexNet; less is better.
    pub lpips: f64,
}

/// Scores a model on `data` at the size it was trained on.
///
/// What `sparsity` drops follows from the seed and the frame's name, so that every run drops the same. With `training` the nearest training picture is scored too: both baselines see the
/// real picture, which the model does not.
///
/// # Errors
/// When the model or a frame cannot be used, or the data lacks a label of the model.
pub fn evaluate(
    model: &Path,
    options: &Options,
    data: &Dataset,
    training: Option<&Dataset>,
    sparsity: &Sparsity,
    seed: u64,
    lpips: &Lpips,
) -> Result<Vec<Scores>> {
    let mut generator = Generator::open(model, options)?;
    let manifest = generator.manifest().clone();
    for label in &manifest.labels {
        data.label(&label.name)?;
    }
    let size = manifest.trained_size;
    let read = |data: &Dataset, index| data.read(index, &manifest.labels, size);
    let gallery = training
        .map(|training| gallery(training, size))
        .transpose()?;

    let mut sums = vec![
        (System::Model, Sum::default()),
        (System::MeanColour, Sum::default()),
    ];
    if gallery.is_some() {
        sums.push((System::NearestTrainingPicture, Sum::default()));
    }
    let bar = ProgressBar::new(data.frames().len() as u64);
    let mut picture = Picture::default();
    for index in 0..data.frames().len() {
        let mut sample = read(data, index)?;
        sparsity.apply_by_name(&mut sample, &manifest.labels, seed);
        let frame = frame(&sample, &manifest.labels).context(sample.name.clone())?;
        generator.generate(&frame, &mut picture)?;
        let real = sample.picture.view();
        for (system, sum) in &mut sums {
            match system {
                System::Model => sum.add(picture.values(), real, lpips),
                System::MeanColour => sum.add(mean_colour(real).view(), real, lpips),
                System::NearestTrainingPicture => {
                    let gallery = gallery.as_deref().unwrap_or_default();
                    sum.add(nearest(gallery, real)?.view(), real, lpips);
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(sums
        .into_iter()
        .map(|(system, sum)| sum.mean(system))
        .collect())
}

/// A sample's labels as the SDK takes them.
fn frame(sample: &Sample, labels: &[multicond::label::Label]) -> Result<Frame<'static>> {
    let (_, height, width) = sample.picture.dim();
    let mut frame = Frame::new(width, height);
    for (label, map) in labels.iter().zip(&sample.labels) {
        frame.set(label.name.clone(), map.clone())?;
    }
    Ok(frame)
}

fn gallery(training: &Dataset, size: Size) -> Result<Vec<Array3<f32>>> {
    let bar = ProgressBar::new(training.frames().len() as u64).with_message("training pictures");
    (0..training.frames().len())
        .map(|index| {
            bar.inc(1);
            Ok(training.read(index, &[], size)?.picture)
        })
        .collect()
}

fn nearest<'a>(gallery: &'a [Array3<f32>], real: ArrayView3<'_, f32>) -> Result<&'a Array3<f32>> {
    gallery
        .iter()
        .min_by(|a, b| {
            let distance = |picture: &Array3<f32>| mean_squared_error(picture.view(), real);
            distance(a).total_cmp(&distance(b))
        })
        .context("the training data has no pictures")
}

fn mean_colour(real: ArrayView3<'_, f32>) -> Array3<f32> {
    let mut picture = real.to_owned();
    for mut plane in picture.axis_iter_mut(Axis(0)) {
        let mean = plane.mean().unwrap_or_default();
        plane.fill(mean);
    }
    picture
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u32,
    psnr: f64,
    lpips: f64,
}

impl Sum {
    fn add(&mut self, picture: ArrayView3<'_, f32>, real: ArrayView3<'_, f32>, lpips: &Lpips) {
        self.count += 1;
        self.psnr += psnr(picture, real);
        self.lpips += lpips.distance(picture, real);
    }

    fn mean(&self, system: System) -> Scores {
        let count = f64::from(self.count);
        Scores {
            system,
            psnr: self.psnr / count,
            lpips: self.lpips / count,
        }
    }
}
