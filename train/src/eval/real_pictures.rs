//! A segmenter's scores on ground-truth pictures, the reference for its scores on generated ones.

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use multicond::{Size, label::LabelMap};

use super::{Scores, Segmenter, eight_bit, evaluator::samples};
use crate::data::Dataset;

/// The scores of a segmenter on the pictures of a dataset, resized to `size`.
///
/// # Errors
/// When a frame cannot be read, or the data has no label of classes.
pub fn real_scores(segmenter: &Segmenter, data: &Dataset, size: Size) -> Result<Scores> {
    let label = data.class_label();
    let label = label.context("the data has no label of classes")?.clone();
    let mut sum = None;
    let bar = ProgressBar::new(data.frames().len() as u64);
    for sample in samples(data, &[label], size)? {
        let sample = sample?;
        if let LabelMap::Classes(ids) = &sample.labels[0] {
            let picture = eight_bit::rounded(sample.picture.view());
            let counts = segmenter.count(picture.view(), ids.view())?;
            counts.add_to(&mut sum);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(sum.map_or_else(Scores::default, |counts| Scores::of_classes(&counts)))
}
