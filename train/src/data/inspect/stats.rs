//! Statistics of a dataset's labels: coverage, class frequencies and value ranges.

use anyhow::Result;
use indicatif::ProgressBar;
use multicond::label::{Label, LabelMap};
use ndarray::Axis;
use serde::Serialize;

use super::{Shortfall, each_frame};
use crate::data::{Dataset, Part};

/// Statistics of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    /// Number of frames read.
    pub frames: usize,
    /// The datasets, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<DatasetStats>,
    /// Statistics of each label.
    pub labels: Vec<LabelStats>,
    /// Labels that one of several datasets does not have, and classes that the table of classes drops.
    pub missing: Shortfall,
    /// Mean number of objects per frame, if the data has objects.
    pub objects_per_frame: Option<f64>,
}

/// One of several datasets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetStats {
    /// Its name.
    pub name: String,
    /// Number of its frames.
    pub frames: usize,
    /// Number of pictures of it in an epoch of training.
    pub pictures_per_epoch: usize,
}

/// Statistics of a label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelStats {
    /// The label's name.
    pub name: String,
    /// Fraction of the pixels where it is known.
    pub coverage: f64,
    /// Number of frames where it is missing completely.
    pub empty_frames: usize,
    /// The unit of the values; `None` for classes.
    pub unit: Option<String>,
    /// Smallest, mean and largest value of each channel.
    pub channels: Vec<[f64; 3]>,
    /// Class frequencies, most frequent first.
    pub classes: Vec<ClassShare>,
}

/// The frequency of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassShare {
    /// The class.
    pub name: String,
    /// Fraction of the known pixels.
    pub share: f64,
    /// Number of frames in which it occurs.
    pub frames: usize,
}

/// Computes statistics of so many frames, or of all.
///
/// # Errors
/// When a frame cannot be read.
pub fn stats(dataset: &Dataset, frames: Option<usize>, progress: &ProgressBar) -> Result<Stats> {
    let all = dataset.frames().len();
    let count = frames.unwrap_or(all).clamp(1, all);
    let chosen = (0..count).map(|number| number * all / count).collect();
    let mut sums: Vec<Sums> = dataset.labels().iter().map(Sums::new).collect();
    let mut objects = None;
    let look = |dataset: &Dataset, index: usize| -> Result<_> {
        let sample = dataset.read_whole(index, dataset.labels())?;
        let maps = sample.labels.iter().zip(dataset.labels());
        let of_labels: Vec<Sums> = maps.map(|(map, label)| Sums::of(map, label)).collect();
        let objects = sample.instances.map(|instances| {
            let mut ids: Vec<i32> = instances.into_iter().filter(|&id| id != 0).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.len()
        });
        Ok((of_labels, objects))
    };
    each_frame(dataset, chosen, progress, look, |_, seen| {
        let (of_labels, of_frame) = seen?;
        sums.iter_mut()
            .zip(of_labels)
            .for_each(|(sum, other)| sum.add(&other));
        if let Some(count) = of_frame {
            *objects.get_or_insert(0) += count;
        }
        Ok(())
    })?;
    let mut missing = Shortfall::of(dataset, dataset.labels())?;
    // With the shares that were counted.
    missing.classes = dataset.unfit_classes(dataset.labels());
    let shares = dataset.shares().into_iter();
    let of_dataset = |(part, frames, pictures_per_epoch): (&Part, _, _)| DatasetStats {
        name: part.name().into(),
        frames,
        pictures_per_epoch,
    };
    let datasets: Vec<DatasetStats> = shares.map(of_dataset).collect();
    let of_label = |(sums, label): (Sums, &Label)| sums.stats(label);
    Ok(Stats {
        frames: count,
        datasets: if datasets.len() > 1 {
            datasets
        } else {
            Vec::new()
        },
        missing,
        labels: sums
            .into_iter()
            .zip(dataset.labels())
            .map(of_label)
            .collect(),
        objects_per_frame: objects.map(|objects| objects as f64 / count as f64),
    })
}

/// Sums over frames.
#[derive(Clone, Debug)]
struct Sums {
    pixels: u64,
    present: u64,
    empty_frames: usize,
    /// Minimum, sum and maximum of each channel.
    channels: Vec<[f64; 3]>,
    /// Number of pixels and frames of each class.
    classes: Vec<(u64, usize)>,
}

impl Sums {
    fn new(label: &Label) -> Self {
        let (channels, classes) = match label.class_count() {
            0 => (label.channels(), 0),
            classes => (0, classes),
        };
        Self {
            pixels: 0,
            present: 0,
            empty_frames: 0,
            channels: vec![[f64::INFINITY, 0.0, f64::NEG_INFINITY]; channels],
            classes: vec![(0, 0); classes],
        }
    }

    fn of(map: &LabelMap, label: &Label) -> Self {
        let mut sums = Self::new(label);
        let (width, height) = map.size();
        sums.pixels = (width * height) as u64;
        match map {
            LabelMap::Classes(ids) => {
                for &id in ids {
                    let class = usize::try_from(id).ok();
                    if let Some((pixels, _)) = class.and_then(|class| sums.classes.get_mut(class)) {
                        *pixels += 1;
                        sums.present += 1;
                    }
                }
                for (pixels, frames) in &mut sums.classes {
                    *frames = usize::from(*pixels > 0);
                }
            }
            LabelMap::Values(values) => {
                for pixel in values.lanes(Axis(0)) {
                    if pixel.iter().any(|value| !value.is_finite()) {
                        continue;
                    }
                    sums.present += 1;
                    for ([low, sum, high], &value) in sums.channels.iter_mut().zip(pixel) {
                        let value = f64::from(value);
                        *low = low.min(value);
                        *sum += value;
                        *high = high.max(value);
                    }
                }
            }
        }
        sums.empty_frames = usize::from(sums.present == 0);
        sums
    }

    fn add(&mut self, other: &Self) {
        self.pixels += other.pixels;
        self.present += other.present;
        self.empty_frames += other.empty_frames;
        for (mine, others) in self.channels.iter_mut().zip(&other.channels) {
            mine[0] = mine[0].min(others[0]);
            mine[1] += others[1];
            mine[2] = mine[2].max(others[2]);
        }
        for (mine, others) in self.classes.iter_mut().zip(&other.classes) {
            mine.0 += others.0;
            mine.1 += others.1;
        }
    }

    fn stats(self, label: &Label) -> LabelStats {
        let present = self.present.max(1) as f64;
        let names = label.classes().unwrap_or_default();
        let mut classes: Vec<ClassShare> = names
            .iter()
            .zip(&self.classes)
            .map(|(name, &(pixels, frames))| ClassShare {
                name: name.clone(),
                share: pixels as f64 / present,
                frames,
            })
            .collect();
        classes.sort_by(|a, b| b.share.total_cmp(&a.share));
        let channels = if self.present == 0 {
            Vec::new()
        } else {
            self.channels
        };
        let channels = channels.into_iter();
        LabelStats {
            name: label.name.clone(),
            coverage: self.present as f64 / self.pixels.max(1) as f64,
            empty_frames: self.empty_frames,
            unit: label.unit().map(str::to_owned),
            channels: channels
                .map(|[low, sum, high]| [low, sum / present, high])
                .collect(),
            classes,
        }
    }
}
