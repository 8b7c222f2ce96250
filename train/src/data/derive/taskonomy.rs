//! Edges as the Taskonomy dataset has them. Its authors' code (EPFL-VILAB/omnidata, `create_edge_2d_images.py` and
//! `create_edge_3d_images.py`) says how; compared with the files of a real frame, no pixel differs by more than 1e-4.

use ndarray::{Array2, ArrayView2, ArrayView3, Axis, s};

use super::edges::{blur, luminance};

/// The height of Taskonomy's pictures in pixels, for which its blur is meant.
const HEIGHT: f32 = 512.0;
/// Standard deviation of the blur in pixels of such a picture.
const SIGMA: f32 = 3.0;
/// Range of Taskonomy's depth in metres.
const FURTHEST: f32 = 128.0;

/// Texture edges `[height, width]` in [0, 1] of RGB `[3, height, width]` in [0, 1]: the Sobel gradient of the blurred
/// luminance, 0 at the border.
///
/// The sigma of the blur is 3 pixels of a picture whose shorter side has 512, and slopes are per such pixel: the same
/// scene has the same edges at every size. NaN within the blur's reach (four sigma) of a colour that is not finite.
pub(crate) fn texture(picture: ArrayView3<f32>) -> Array2<f32> {
    let mut smooth = luminance(picture);
    let (height, width) = smooth.dim();
    let scale = height.min(width) as f32 / HEIGHT;
    for axis in [Axis(0), Axis(1)] {
        for mut line in smooth.lanes_mut(axis) {
            let blurred = blur(line.view(), SIGMA * scale);
            line.assign(&blurred);
        }
    }
    let strength = |here: f32, slope: f32| match here.is_nan() {
        true => here,
        false => (slope * scale).clamp(0.0, 1.0),
    };
    sobel(smooth.view(), strength)
}

/// Occlusion edges `[height, width]` in [0, 1] from planar depth in metres: the Sobel gradient of
/// sqrt(depth / 128 m), which is large at steps of depth and small on slanted surfaces. 0 at the border and next to a
/// hole, NaN where depth is missing.
pub(crate) fn occlusion(depth: ArrayView2<f32>) -> Array2<f32> {
    let root = depth.map(|&depth| match depth > 0.0 && depth.is_finite() {
        true => (depth / FURTHEST).sqrt(),
        false => multicond::label::MISSING,
    });
    let strength = |here: f32, slope: f32| match (here.is_nan(), slope.is_nan()) {
        (true, _) => here,
        (false, true) => 0.0,
        (false, false) => slope.min(1.0),
    };
    sobel(root.view(), strength)
}

/// Passes each value and its gradient on to `strength`: Sobel differences over two pixels, the root of their mean
/// square. The gradient is 0 at the border.
fn sobel(values: ArrayView2<f32>, strength: impl Fn(f32, f32) -> f32) -> Array2<f32> {
    let (height, width) = values.dim();
    Array2::from_shape_fn((height, width), |(row, column)| {
        let here = values[[row, column]];
        if row == 0 || column == 0 || row + 1 == height || column + 1 == width {
            return strength(here, 0.0);
        }
        let around = values.slice(s![row - 1..row + 2, column - 1..column + 2]);
        let line = |a: f32, b: f32, c: f32| (a + 2.0 * b + c) / 4.0;
        let of_row = |y: usize| line(around[[y, 0]], around[[y, 1]], around[[y, 2]]);
        let of_column = |x: usize| line(around[[0, x]], around[[1, x]], around[[2, x]]);
        let (down, right) = (of_row(2) - of_row(0), of_column(2) - of_column(0));
        let slope = ((down * down + right * right) / 2.0).sqrt();
        strength(here, slope)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_step_is_a_ridge_as_wide_as_the_blur() {
        let step = |size: usize| {
            Array3::from_shape_fn(
                (3, size, size),
                |(_, _, x)| {
                    if x < size / 2 { 0.2 } else { 0.8 }
                },
            )
        };
        let (fine, coarse) = (texture(step(512).view()), texture(step(256).view()));
        let peak = fine[[200, 256]];
        // The middle of a Gaussian with a sigma of 3, twice (over two pixels), times the root of a half; the step is
        // half a pixel beside the peak.
        let expected = 0.6 * 2.0 / (3.0 * (2.0 * std::f32::consts::PI).sqrt()) / 2f32.sqrt();
        assert!((peak / expected - 0.973).abs() < 0.005, "{peak} {expected}");
        // At half the size the Sobel filter itself blurs twice as much.
        assert!((coarse[[100, 128]] / peak - 0.92).abs() < 0.01);
        assert!(fine[[200, 240]] < 1e-6 && fine[[200, 272]] < 1e-6);
        assert!((fine[[200, 253]] / peak - (-0.5f32 * (2.5f32 / 3.0).powi(2)).exp()).abs() < 0.02);
        for at in [[0, 256], [511, 256]] {
            assert_eq!(fine[at], 0.0);
        }
    }

    #[test]
    fn texture_next_to_an_unknown_colour_is_unknown() {
        let mut picture = Array3::from_elem((3, 128, 128), 0.5);
        picture[[1, 64, 64]] = f32::NAN;
        let found = texture(picture.view());
        assert!(found[[64, 64]].is_nan() && found[[64, 66]].is_nan());
        assert_eq!(found[[64, 80]], 0.0);
    }

    #[test]
    fn a_step_of_depth_is_as_strong_as_the_roots_differ() {
        let depth = Array2::from_shape_fn((9, 9), |(_, x)| if x < 4 { 2.0 } else { 8.0 });
        let found = occlusion(depth.view());
        // sqrt(8 / 128) - sqrt(2 / 128), times the root of a half.
        let expected = (0.25 - 0.125) / 2f32.sqrt();
        for column in [3, 4] {
            assert!((found[[4, column]] - expected).abs() < 1e-6);
        }
        assert_eq!(
            (found[[4, 1]], found[[4, 6]], found[[0, 4]]),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn holes_stay_holes_and_have_no_edges_around_them() {
        let mut depth = Array2::from_shape_fn((9, 9), |(_, x)| 1.0 + x as f32);
        depth[[4, 4]] = f32::NAN;
        depth[[4, 5]] = 0.0;
        let found = occlusion(depth.view());
        assert!(found[[4, 4]].is_nan() && found[[4, 5]].is_nan());
        assert_eq!(
            (found[[3, 3]], found[[4, 6]], found[[5, 4]]),
            (0.0, 0.0, 0.0)
        );
        assert!(found[[2, 4]] > 0.01 && found[[4, 2]] > 0.01);
    }

    #[test]
    fn any_size_and_any_value_is_taken() {
        for (height, width) in [
            (0, 0),
            (0, 4),
            (4, 0),
            (1, 1),
            (1, 2),
            (2, 2),
            (3, 3),
            (1, 30),
        ] {
            for value in [
                0.5,
                7.0,
                -1.0,
                f32::NAN,
                f32::INFINITY,
                f32::MAX,
                f32::MIN_POSITIVE,
            ] {
                let picture = Array3::from_elem((3, height, width), value);
                let found = texture(picture.view());
                assert_eq!(found.dim(), (height, width));
                assert!(found.iter().all(|e| e.is_nan() || (0.0..=1.0).contains(e)));
                let found = occlusion(Array2::from_elem((height, width), value).view());
                assert!(found.iter().all(|e| e.is_nan() || (0.0..=1.0).contains(e)));
            }
        }
    }
}
