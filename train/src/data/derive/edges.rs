//! Edges of a picture: Canny edges and gradient strength, and what they share with Taskonomy's.

use image::{GrayImage, Luma};
use ndarray::{Array1, Array2, ArrayView1, ArrayView3, Axis, Zip};

/// Canny's thresholds as Sobel sums of the luminance from 0 to 255, which are eight times its slope per pixel. They
/// correspond to slopes of 0.025 and 0.05 of the range per pixel, and to strengths of 0.1 and 0.2 in `gradient`.
const LOW: f32 = 50.0;
const HIGH: f32 = 100.0;

/// Slope of the luminance per pixel at which `gradient` saturates.
const STEEPEST: f32 = 0.25;

/// Canny edges `[height, width]` of RGB `[3, height, width]` in [0, 1]: 1 on an edge, 0 elsewhere.
///
/// imageproc's implementation on the 8-bit luminance: Gaussian blur with a sigma of 1.4 pixels, Sobel gradients,
/// non-maximum suppression, hysteresis thresholds of 50 and 100. Border pixels are never edges. Pixels with a colour
/// that is not finite are NaN, and count as black for their neighbours.
pub(crate) fn canny(picture: ArrayView3<f32>) -> Array2<f32> {
    let luminance = luminance(picture);
    let (height, width) = luminance.dim();
    if height == 0 || width == 0 {
        return luminance;
    }
    let gray = GrayImage::from_fn(width as u32, height as u32, |x, y| {
        // A cast turns NaN into 0.
        Luma([(luminance[[y as usize, x as usize]] * 255.0).round() as u8])
    });
    let edges = imageproc::edges::canny(&gray, LOW, HIGH);
    Array2::from_shape_fn((height, width), |(y, x)| {
        if luminance[[y, x]].is_nan() {
            multicond::label::MISSING
        } else {
            f32::from(edges.get_pixel(x as u32, y as u32)[0] > 0)
        }
    })
}

/// Edge strength `[height, width]` in [0, 1] of RGB `[3, height, width]` in [0, 1].
///
/// Gradient magnitude of the luminance after a Gaussian blur with a sigma of 1 pixel, by central differences, clipped
/// at 0.25 per pixel and divided by it. NaN within five pixels of a colour that is not finite.
pub(crate) fn gradient(picture: ArrayView3<f32>) -> Array2<f32> {
    let mut smooth = luminance(picture);
    for axis in [Axis(0), Axis(1)] {
        for mut line in smooth.lanes_mut(axis) {
            let blurred = blur(line.view(), 1.0);
            line.assign(&blurred);
        }
    }
    let mut strength = slope(&smooth, Axis(0));
    Zip::from(&mut strength)
        .and(&slope(&smooth, Axis(1)))
        .for_each(|down, right| *down = (down.hypot(*right) / STEEPEST).clamp(0.0, 1.0));
    strength
}

/// Rec. 601 luminance; NaN where a channel is not finite.
pub(super) fn luminance(picture: ArrayView3<f32>) -> Array2<f32> {
    let (_, height, width) = picture.dim();
    let mut sum = Array2::zeros((height, width));
    for (channel, weight) in picture.outer_iter().zip([0.299, 0.587, 0.114]) {
        sum.zip_mut_with(&channel, |sum, value| *sum += weight * value);
    }
    sum.mapv(|sum: f32| {
        if sum.is_finite() {
            sum
        } else {
            multicond::label::MISSING
        }
    })
}

/// Gaussian blur with a sigma in pixels, truncated at four of them; a mean over what is inside the picture.
pub(super) fn blur(line: ArrayView1<f32>, sigma: f32) -> Array1<f32> {
    let reach = (4.0 * sigma).round() as usize;
    let weights: Vec<f32> = (0..=reach)
        .map(|distance| (-0.5 * (distance as f32 / sigma).powi(2)).exp())
        .collect();
    // At sigma 0 the centre would be 0 / 0.
    let weight = |distance: usize| {
        if distance == 0 {
            1.0
        } else {
            weights[distance]
        }
    };
    Array1::from_shape_fn(line.len(), |here| {
        let around = here.saturating_sub(reach)..(here + reach + 1).min(line.len());
        let (mut sum, mut total) = (0.0, 0.0);
        for there in around {
            let weight = weight(there.abs_diff(here));
            sum += weight * line[there];
            total += weight;
        }
        sum / total
    })
}

/// Central differences along an axis, one-sided at the ends.
fn slope(values: &Array2<f32>, axis: Axis) -> Array2<f32> {
    let last = values.len_of(axis).saturating_sub(1);
    Array2::from_shape_fn(values.dim(), |(row, column)| {
        let here = if axis == Axis(0) { row } else { column };
        let (before, after) = (here.saturating_sub(1), (here + 1).min(last));
        let at = |i| {
            if axis == Axis(0) {
                values[[i, column]]
            } else {
                values[[row, i]]
            }
        };
        let steps = (after - before).max(1) as f32;
        (at(after) - at(before)) / steps
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn step(at: usize) -> Array3<f32> {
        Array3::from_shape_fn((3, 16, 20), |(_, _, x)| if x < at { 0.2 } else { 0.8 })
    }

    #[test]
    fn a_flat_picture_has_no_edges() {
        let picture = Array3::from_elem((3, 12, 9), 0.7);
        assert!(canny(picture.view()).iter().all(|edge| *edge == 0.0));
        assert!(gradient(picture.view()).iter().all(|edge| *edge < 1e-5));
    }

    #[test]
    fn a_step_is_a_line_for_canny_and_a_ridge_of_known_height() {
        let lines = canny(step(10).view());
        for y in 1..15 {
            let edges: Vec<usize> = (0..20).filter(|x| lines[[y, *x]] == 1.0).collect();
            assert!(
                edges == [9] || edges == [10] || edges == [9, 10],
                "{edges:?}"
            );
        }
        // Half the height of the step times the two middle samples of the Gaussian, divided by 0.25.
        let kernel: Vec<f32> = (-4..5).map(|i| (-0.5 * (i * i) as f32).exp()).collect();
        let expected = 0.6 * (kernel[4] + kernel[5]) / kernel.iter().sum::<f32>() / 2.0 / 0.25;
        let strength = gradient(step(10).view());
        assert!((strength[[8, 9]] - expected).abs() < 1e-4);
        assert!((strength[[0, 10]] - expected).abs() < 1e-4);
        assert!(strength[[8, 3]] < 1e-4);
    }

    #[test]
    fn missing_stays_missing() {
        let mut picture = step(10);
        picture[[1, 8, 4]] = f32::INFINITY;
        assert!(canny(picture.view())[[8, 4]].is_nan());
        let strength = gradient(picture.view());
        assert!(strength[[8, 4]].is_nan() && strength[[8, 10]].is_finite());
    }

    #[test]
    fn any_size_and_any_value_is_taken() {
        for (height, width) in [
            (0, 0),
            (0, 4),
            (4, 0),
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
            (1, 30),
        ] {
            for value in [0.5, 7.0, -1.0, f32::NAN, f32::INFINITY, f32::MAX] {
                let picture = Array3::from_elem((3, height, width), value);
                assert_eq!(canny(picture.view()).dim(), (height, width));
                assert_eq!(gradient(picture.view()).dim(), (height, width));
            }
        }
    }
}
