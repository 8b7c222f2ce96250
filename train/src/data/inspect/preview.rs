//! Contact sheets: one row per frame with the picture, its labels and its objects.

use anyhow::Result;
use image::RgbImage;
use indicatif::ProgressBar;
use multicond::Size;

use super::each_frame;
use crate::data::{Dataset, Sparsity, show};

/// Options of a contact sheet.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Number of frames, spread over the dataset.
    pub frames: usize,
    /// Size of each picture on the sheet.
    pub size: Size,
    /// What to drop from the labels.
    pub sparsity: Sparsity,
}

/// Draws the sheet and returns it with the names of its columns.
///
/// # Errors
/// When a frame cannot be read.
pub fn preview(
    dataset: &Dataset,
    options: &Preview,
    progress: &ProgressBar,
) -> Result<(RgbImage, Vec<String>)> {
    let all = dataset.frames().len();
    let count = options.frames.clamp(1, all);
    let chosen = (0..count).map(|number| number * all / count).collect();
    let Preview { size, sparsity, .. } = options.clone();
    let look = move |dataset: &Dataset, index: usize| -> Result<_> {
        let labels = dataset.labels();
        let mut sample = dataset.read(index, labels, size)?;
        sparsity.apply_by_name(&mut sample, labels, 0);
        let mut row = vec![show::picture(&sample.picture)];
        let maps = sample.labels.iter().zip(labels);
        row.extend(maps.map(|(map, label)| show::label(map, label)));
        row.extend(sample.instances.as_ref().map(show::instances));
        Ok(row)
    };
    let mut rows = Vec::new();
    each_frame(dataset, chosen, progress, look, |_, row| {
        rows.push(row?);
        Ok(())
    })?;
    let mut columns = vec!["picture".to_owned()];
    columns.extend(dataset.labels().iter().map(|label| label.name.clone()));
    if rows.iter().any(|row| row.len() > columns.len()) {
        columns.push("objects".into());
    }
    Ok((show::grid(&rows), columns))
}
