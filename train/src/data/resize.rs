//! Brings samples to the size of the network: pictures smoothly, labels by their nearest pixel.

use anyhow::Result;
use image::{Rgb32FImage, imageops};
use multicond::label::LabelMap;
use ndarray::{Array2, Array3, ArrayView2, Axis};

use super::Sample;

/// Resizes everything in a sample. Proportions are not kept.
pub(super) fn resize(sample: Sample, width: usize, height: usize) -> Result<Sample> {
    let (_, old_height, old_width) = sample.picture.dim();
    if (old_width, old_height) == (width, height) {
        return Ok(sample);
    }
    Ok(Sample {
        name: sample.name,
        picture: resize_picture(&sample.picture, width, height),
        labels: sample
            .labels
            .into_iter()
            .map(|map| match map {
                LabelMap::Classes(ids) => LabelMap::Classes(nearest(ids.view(), width, height)),
                LabelMap::Values(values) => LabelMap::Values(nearest_each(&values, width, height)),
            })
            .collect(),
        instances: sample
            .instances
            .map(|ids| nearest(ids.view(), width, height)),
    })
}

fn resize_picture(picture: &Array3<f32>, width: usize, height: usize) -> Array3<f32> {
    let (_, old_height, old_width) = picture.dim();
    let source = Rgb32FImage::from_fn(old_width as u32, old_height as u32, |x, y| {
        image::Rgb([0, 1, 2].map(|c| picture[[c, y as usize, x as usize]]))
    });
    let scaled = imageops::resize(
        &source,
        width as u32,
        height as u32,
        imageops::FilterType::CatmullRom,
    );
    Array3::from_shape_fn((3, height, width), |(c, y, x)| {
        scaled.get_pixel(x as u32, y as u32)[c].clamp(0.0, 1.0)
    })
}

fn nearest<T: Copy>(values: ArrayView2<'_, T>, width: usize, height: usize) -> Array2<T> {
    let (old_height, old_width) = values.dim();
    Array2::from_shape_fn((height, width), |(y, x)| {
        values[[y * old_height / height, x * old_width / width]]
    })
}

fn nearest_each(values: &Array3<f32>, width: usize, height: usize) -> Array3<f32> {
    let mut scaled = Array3::zeros((values.dim().0, height, width));
    for (mut target, source) in scaled.axis_iter_mut(Axis(0)).zip(values.axis_iter(Axis(0))) {
        target.assign(&nearest(source, width, height));
    }
    scaled
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn labels_take_whole_pixels() {
        let ids = array![[1, 2, 3, 4], [5, 6, 7, 8]];
        assert_eq!(nearest(ids.view(), 2, 1), array![[1, 3]]);
        assert_eq!(nearest(ids.view(), 4, 4).row(1), ids.row(0));
    }
}
