//! Resizes samples: after a centre crop to the aspect ratio, pictures are scaled with a smooth filter and labels by
//! nearest neighbour.

use image::{Rgb32FImage, imageops};
use multicond::{Size, label::LabelMap};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis, s};

use super::{Intrinsics, Sample};

/// Crops and scales everything in a sample.
pub(super) fn resize(sample: Sample, size: Size) -> Sample {
    let (_, rows, columns) = sample.picture.dim();
    let old = Size {
        width: columns,
        height: rows,
    };
    if old == size {
        return sample;
    }
    let crop = Crop::middle(old, size);
    Sample {
        name: sample.name,
        picture: resize_picture(&crop, &sample.picture, size),
        labels: sample
            .labels
            .into_iter()
            .map(|map| match map {
                LabelMap::Classes(ids) => LabelMap::Classes(crop.nearest(ids.view(), size)),
                LabelMap::Values(values) => LabelMap::Values(crop.nearest_each(&values, size)),
            })
            .collect(),
        confidence: sample
            .confidence
            .into_iter()
            .map(|map| map.map(|map| crop.nearest(map.view(), size)))
            .collect(),
        instances: sample.instances.map(|ids| crop.nearest(ids.view(), size)),
        camera: sample.camera.map(|camera| crop.camera(camera, size)),
    }
}

/// The centre crop of a picture.
struct Crop {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Crop {
    /// The largest centre crop with the aspect ratio of `new`.
    fn middle(old: Size, new: Size) -> Self {
        // Rounded up, so that nothing is cropped if the aspect ratios differ by less than a pixel.
        let width = (old.height * new.width).div_ceil(new.height).min(old.width);
        let height = (old.width * new.height).div_ceil(new.width).min(old.height);
        Self {
            left: (old.width - width) / 2,
            top: (old.height - height) / 2,
            width,
            height,
        }
    }

    fn nearest<T: Copy>(&self, values: ArrayView2<'_, T>, size: Size) -> Array2<T> {
        let rows = self.top..self.top + self.height;
        let columns = self.left..self.left + self.width;
        nearest(values.slice(s![rows, columns]), size)
    }

    fn nearest_each(&self, values: &Array3<f32>, size: Size) -> Array3<f32> {
        let mut scaled = Array3::zeros((values.dim().0, size.height, size.width));
        for (mut target, source) in scaled.axis_iter_mut(Axis(0)).zip(values.axis_iter(Axis(0))) {
            target.assign(&self.nearest(source, size));
        }
        scaled
    }

    fn camera(&self, camera: Intrinsics, size: Size) -> Intrinsics {
        let cropped = Intrinsics {
            cx: camera.cx - self.left as f32,
            cy: camera.cy - self.top as f32,
            ..camera
        };
        cropped.scaled((self.width, self.height), (size.width, size.height))
    }
}

/// Scales with the value at each pixel's centre.
pub(crate) fn nearest<T: Copy>(values: ArrayView2<'_, T>, size: Size) -> Array2<T> {
    let (rows, columns) = values.dim();
    Array2::from_shape_fn((size.height, size.width), |(y, x)| {
        let row = (2 * y + 1) * rows / (2 * size.height);
        let column = (2 * x + 1) * columns / (2 * size.width);
        values[[row, column]]
    })
}

fn resize_picture(crop: &Crop, picture: &Array3<f32>, size: Size) -> Array3<f32> {
    let rows = crop.top..crop.top + crop.height;
    let columns = crop.left..crop.left + crop.width;
    scale_picture(picture.slice(s![.., rows, columns]), size)
}

/// Scales a picture `[3, height, width]` with a smooth filter.
pub(crate) fn scale_picture(picture: ArrayView3<'_, f32>, size: Size) -> Array3<f32> {
    let (_, height, width) = picture.dim();
    if (width, height) == (size.width, size.height) {
        return picture.to_owned();
    }
    let source = Rgb32FImage::from_fn(width as u32, height as u32, |x, y| {
        image::Rgb([0, 1, 2].map(|c| picture[[c, y as usize, x as usize]]))
    });
    let scaled = imageops::resize(
        &source,
        size.width as u32,
        size.height as u32,
        imageops::FilterType::CatmullRom,
    );
    Array3::from_shape_fn((3, size.height, size.width), |(c, y, x)| {
        scaled.get_pixel(x as u32, y as u32)[c].clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn size(width: usize, height: usize) -> Size {
        Size { width, height }
    }

    fn whole(width: usize, height: usize) -> Crop {
        Crop::middle(size(width, height), size(width, height))
    }

    #[test]
    fn labels_take_whole_pixels() {
        let ids = array![[1, 2, 3, 4], [5, 6, 7, 8]];
        let crop = whole(4, 2);
        assert_eq!(crop.nearest(ids.view(), size(2, 1)), array![[6, 8]]);
        assert_eq!(crop.nearest(ids.view(), size(4, 4)).row(1), ids.row(0));
    }

    #[test]
    fn confidences_stay_with_their_labels() {
        let numbers = Array3::from_shape_fn((1, 6, 4), |(_, y, x)| (4 * y + x) as f32);
        let sample = Sample {
            name: "frame".into(),
            picture: Array3::zeros((3, 6, 4)),
            labels: vec![LabelMap::Values(numbers.clone())],
            confidence: vec![Some(numbers.index_axis(Axis(0), 0).to_owned())],
            instances: None,
            camera: None,
        };
        let LabelMap::Values(label) = &resize(sample.clone(), size(2, 2)).labels[0] else {
            panic!("values")
        };
        let confidence = &resize(sample, size(2, 2)).confidence[0];
        assert_eq!(
            confidence.as_ref(),
            Some(&label.index_axis(Axis(0), 0).to_owned())
        );
    }

    #[test]
    fn the_middle_is_kept_in_its_proportions() {
        let crop = Crop::middle(size(640, 480), size(256, 256));
        let kept = (crop.left, crop.top, crop.width, crop.height);
        assert_eq!(kept, (80, 0, 480, 480));
        let crop = Crop::middle(size(2048, 1024), size(512, 256));
        let kept = (crop.left, crop.top, crop.width, crop.height);
        assert_eq!(kept, (0, 0, 2048, 1024));
        let camera = Intrinsics {
            fx: 518.0,
            fy: 519.0,
            cx: 320.0,
            cy: 240.0,
        };
        let crop = Crop::middle(size(640, 480), size(240, 240));
        let scaled = crop.camera(camera, size(240, 240));
        assert_eq!((scaled.cx, scaled.cy, scaled.fx), (120.0, 120.0, 259.0));
    }
}
