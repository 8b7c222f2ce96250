//! Sample sheets: one row per sample with its labels, the generated picture and the ground truth.

use image::RgbImage;
use multicond::label::Label;
use ndarray::Array3;

use crate::data::{Sample, show};

/// Draws a sheet. `generated` holds one picture `[3, height, width]` in [0, 1] per sample.
pub fn sheet(samples: &[Sample], schema: &[Label], generated: &[Array3<f32>]) -> RgbImage {
    let rows = samples.iter().zip(generated).map(|(sample, generated)| {
        let maps = sample.labels.iter().zip(schema);
        let maps = maps.map(|(map, label)| show::label(map, label));
        let pictures = [generated, &sample.picture].map(show::picture);
        maps.chain(pictures).collect()
    });
    show::grid(&rows.collect::<Vec<_>>())
}
