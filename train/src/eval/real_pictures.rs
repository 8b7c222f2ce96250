//! A segmenter's scores on ground-truth pictures, the reference for its scores on generated ones.

use std::slice;

use anyhow::Result;
use indicatif::ProgressBar;
use multicond::{
    Size,
    label::{Label, LabelMap},
};

use super::{Scores, Segmenter, eight_bit, evaluator::samples};
use crate::data::Dataset;

/// The scores of a segmenter on the pictures of a dataset, resized to `size`. Classes are those of `label`.
///
/// # Errors
/// When a frame cannot be read, or the data does not have the label.
pub fn real_scores(
    segmenter: &Segmenter,
    data: &Dataset,
    label: &Label,
    size: Size,
) -> Result<Scores> {
    data.label(&label.name)?;
    let mut sum = None;
    let bar = ProgressBar::new(data.frames().len() as u64);
    for sample in samples(data, slice::from_ref(label), size)? {
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
