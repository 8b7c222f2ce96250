//! A synthetic frame for benchmarks: it has every label, with smooth values in the usual range.

use multicond::{
    Frame, Result,
    label::{Encoding, Label, LabelMap},
    model::Manifest,
};
use ndarray::{Array2, Array3, Axis};

pub(crate) fn frame(manifest: &Manifest, width: usize, height: usize) -> Result<Frame<'static>> {
    changed(manifest, width, height, 0)
}

/// [`frame`] with other values in a band at the top that has `percent` of the pixels.
pub(crate) fn changed(
    manifest: &Manifest,
    width: usize,
    height: usize,
    percent: u8,
) -> Result<Frame<'static>> {
    let mut frame = Frame::new(width, height);
    for label in &manifest.labels {
        frame.set(&label.name, map(label, width, height, percent))?;
    }
    Ok(frame)
}

fn map(label: &Label, width: usize, height: usize, percent: u8) -> LabelMap {
    let is_changed = |y: usize, x: usize| (y * width + x) * 100 < width * height * percent as usize;
    // Not near a period of the waves below, so that no value occurs again.
    let shift = |y: usize, x: usize| if is_changed(y, x) { 1001 } else { 0 };
    let Some(encoding) = label.encoding() else {
        let classes = label.class_count().max(1);
        let id = |(y, x)| (((x + shift(y, x)) / 16 + y / 16) % classes) as i32;
        return LabelMap::Classes(Array2::from_shape_fn((height, width), id));
    };
    let wave = |(c, y, x)| ((x + shift(y, x)) as f32 * 0.05 + y as f32 * 0.0371 + c as f32).sin();
    let mut values = Array3::from_shape_fn((label.channels(), height, width), wave);
    match encoding {
        Encoding::Affine { scale, bias } => values.mapv_inplace(|v| (v - bias) / scale),
        Encoding::Reciprocal { half } => values.mapv_inplace(|v| (v + 1.5) * half),
        Encoding::Direction => {
            for mut pixel in values.lanes_mut(Axis(0)) {
                let length = pixel.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-3);
                pixel.mapv_inplace(|v| v / length);
            }
        }
        _ => values.mapv_inplace(|v| (v + 1.0) / 2.0),
    }
    LabelMap::Values(values)
}
