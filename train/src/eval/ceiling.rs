//! What a segmenter sees in real pictures: the most that generated ones can be expected to score.

use std::path::Path;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use multicond::{DeviceOptions, label::LabelMap, model::Size};

use super::{ClassCounts, Scores, Segmenter, eight_bit, evaluator::samples};
use crate::data::Dataset;

/// The scores of a segmenter's file on the pictures of a dataset, brought to a size.
///
/// # Errors
/// When the file or a frame cannot be used, or the segmenter lacks a class of the data.
pub fn ceiling(path: &Path, data: &Dataset, size: Size, device: &DeviceOptions) -> Result<Scores> {
    let label = data.class_label();
    let label = label.context("the data has no label of classes")?.clone();
    let segmenter = Segmenter::load(path, label.classes().unwrap_or_default(), device)?;
    let mut counts = ClassCounts::new(segmenter.class_count());
    let bar = ProgressBar::new(data.frames().len() as u64);
    for sample in samples(data, &[label], size)? {
        let sample = sample?;
        if let LabelMap::Classes(ids) = &sample.labels[0] {
            let picture = eight_bit::rounded(sample.picture.view());
            let seen = segmenter.see(picture.view())?;
            counts.add(segmenter.translate(ids.view()).view(), seen.view());
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Scores::of_classes(&counts))
}
