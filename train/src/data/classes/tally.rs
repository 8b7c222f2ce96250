//! Counts the pixels whose class is none of those that are read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

/// A dataset's class that is none of the classes it is read with, so that its pixels are missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnfitClass {
    /// Name of the dataset.
    pub dataset: String,
    /// Name of the label.
    pub label: String,
    /// The dataset's class.
    pub class: String,
    /// Its share of the pixels that were read, from 0 to 1; `None` if none were.
    pub share: Option<f64>,
}

/// Pixels that were read of a label of a part: all, and those lost by class.
#[derive(Debug, Default)]
struct Counts {
    pixels: u64,
    lost: Vec<u64>,
}

/// The counts of what was read so far, by part and label. Clones count together.
#[derive(Clone, Debug, Default)]
pub(in crate::data) struct Tally(Arc<Mutex<BTreeMap<(usize, String), Counts>>>);

impl Tally {
    pub(in crate::data) fn add(&self, part: usize, label: &str, pixels: usize, lost: &[u64]) {
        // A panic in another thread cannot leave counts half written.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = all.entry((part, label.to_owned())).or_default();
        counts.pixels += pixels as u64;
        counts.lost.resize(lost.len(), 0);
        counts
            .lost
            .iter_mut()
            .zip(lost)
            .for_each(|(sum, count)| *sum += count);
    }

    /// The share of a class that was lost of all pixels read.
    pub(in crate::data) fn share(&self, part: usize, label: &str, class: usize) -> Option<f64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = all.get(&(part, label.to_owned()))?;
        Some(*counts.lost.get(class)? as f64 / counts.pixels.max(1) as f64)
    }
}
