//! At how many pixels of a dataset each label is known.

use std::fmt;

use multicond::label::Label;

use crate::{data::Sample, readable::percent};

/// Where a label is known, over the frames that can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The dataset's name, if there are several.
    pub dataset: Option<String>,
    /// The label's name.
    pub label: String,
    /// Number of frames read.
    pub frames: usize,
    /// Number of frames in which no pixel has a value.
    pub empty_frames: usize,
    known: f64,
    pixels: f64,
}

impl Coverage {
    /// The coverage of these labels in no frames.
    pub(super) fn none(labels: &[Label]) -> Vec<Self> {
        let none = |label: &Label| Self {
            dataset: None,
            label: label.name.clone(),
            frames: 0,
            empty_frames: 0,
            known: 0.0,
            pixels: 0.0,
        };
        labels.iter().map(none).collect()
    }

    /// The coverage of these labels in one frame.
    pub(super) fn of(sample: &Sample, labels: &[Label]) -> Vec<Self> {
        let mut all = Self::none(labels);
        let maps = sample.labels.iter().zip(labels);
        for (coverage, (map, label)) in all.iter_mut().zip(maps) {
            let (width, height) = map.size();
            let share = map.known_share(label);
            coverage.pixels = (width * height) as f64;
            coverage.known = share * coverage.pixels;
            coverage.frames = 1;
            coverage.empty_frames = usize::from(share == 0.0);
        }
        all
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.empty_frames += other.empty_frames;
        self.known += other.known;
        self.pixels += other.pixels;
    }

    /// The share of the pixels where the label is known, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.known / self.pixels.max(1.0)
    }

    /// Whether the label is known at every pixel.
    pub fn is_whole(&self) -> bool {
        self.known == self.pixels
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, frames, .. } = self;
        if let Some(dataset) = &self.dataset {
            write!(f, "{dataset}: ")?;
        }
        if self.known == 0.0 {
            return write!(
                f,
                "label `{label}` is missing at all pixels of {frames} frames"
            );
        }
        let missing = percent(1.0 - self.share());
        write!(f, "label `{label}` is missing at {missing} of the pixels")?;
        match self.empty_frames {
            0 => Ok(()),
            empty => write!(f, ", and at all pixels of {empty} of {frames} frames"),
        }
    }
}
