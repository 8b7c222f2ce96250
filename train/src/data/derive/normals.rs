//! Surface normals from depth.
//!
//! A plane is fitted to the inverse depth around every pixel. Inverse depth is linear in pixel coordinates on a plane,
//! so planes are exact. Neighbours on another surface are ignored.

use ndarray::{Array3, ArrayView2};

use super::inverse_depth;
use super::plane::{LANES, MARGIN, fit};
use crate::data::camera::Intrinsics;

/// Maximum deviation of a neighbour from the initial plane; beyond it, the neighbour is on another surface. The sum of
/// this many pixel widths on the surface, which allows for curvature, ...
const PIXELS: f32 = 1.0;

/// ... and this multiple of the noise in the map.
const NOISES: f32 = 6.0;

/// Camera-space unit normals `[3, height, width]` (x right, y up, z towards the camera) from planar depth in metres.
/// They face the camera. NaN where depth is missing or no plane can be fitted.
///
/// The initial plane uses the slopes to the smoother sides (left or right, above or below). One iteration of least
/// squares with Tukey weights in a 7x7 window follows. The tolerance depends on the noise measured in the map, so that
/// stereo depth is smoothed and exact depth is not.
pub(crate) fn normals(depth: ArrayView2<f32>, camera: &Intrinsics) -> Array3<f32> {
    let (height, width) = depth.dim();
    let inverse = inverse_depth(depth, MARGIN);
    let rows: Vec<&[f32]> = inverse
        .rows()
        .into_iter()
        .filter_map(|row| row.to_slice())
        .collect();
    let noise = Noise::of(&rows);
    let focal = camera.fx.min(camera.fy);
    let mut normals = Array3::from_elem((3, height, width), multicond::label::MISSING);
    for row in 0..height {
        for start in (0..width).step_by(LANES) {
            let planes = fit(&rows, row, start, |value| noise.tolerance(value, focal));
            for (column, plane) in (start..width).zip(planes) {
                if let Some(normal) = plane.normal(row, column, camera) {
                    for (channel, value) in normal.into_iter().enumerate() {
                        normals[[channel, row, column]] = value;
                    }
                }
            }
        }
    }
    normals
}

/// Noise of a map: one part is constant in inverse depth, as in stereo, the other is constant in depth, as from
/// rounding.
#[derive(Clone, Copy)]
struct Noise {
    inverse: f32,
    depth: f32,
}

impl Noise {
    /// Estimates the noise by medians of second differences along rows.
    fn of(rows: &[&[f32]]) -> Self {
        let mut inverses = Vec::new();
        let mut depths = Vec::new();
        for row in rows.iter().skip(MARGIN).step_by(4) {
            for three in row.windows(3) {
                let change = (three[0] - 2.0 * three[1] + three[2]).abs();
                if change.is_finite() {
                    inverses.push(change);
                    depths.push(change / (three[1] * three[1]));
                }
            }
        }
        Self {
            inverse: median(&mut inverses),
            depth: median(&mut depths),
        }
    }

    /// Maximum deviation of a neighbour from a plane's inverse depth.
    fn tolerance(self, value: f32, focal: f32) -> f32 {
        PIXELS * value / focal + NOISES * (self.inverse + self.depth * value * value)
    }
}

fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;

    /// Depth of the plane n.p = -distance.
    fn plane(normal: [f32; 3], distance: f32, size: usize, camera: &Intrinsics) -> Array2<f32> {
        Array2::from_shape_fn((size, size), |(row, column)| {
            let [x, y] = camera.ray(row, column);
            distance / (normal[2] - normal[0] * x - normal[1] * y)
        })
    }

    fn assert_normal(normals: &Array3<f32>, row: usize, column: usize, expected: [f32; 3]) {
        for (channel, expected) in expected.into_iter().enumerate() {
            let found = normals[[channel, row, column]];
            assert!(
                (found - expected).abs() < 1e-3,
                "{row} {column}: {found} {expected}"
            );
        }
    }

    #[test]
    fn a_slanted_plane_is_exact_up_to_borders_and_holes() {
        let camera = Intrinsics::from_horizontal_fov(75.0, 21, 21);
        let normal = [0.48, -0.6, 0.64];
        let mut depth = plane(normal, 1.5, 21, &camera);
        depth[[9, 9]] = f32::NAN;
        depth[[9, 10]] = f32::INFINITY;
        depth[[10, 9]] = 0.0;
        let normals = normals(depth.view(), &camera);
        for ((row, column), depth) in depth.indexed_iter() {
            if depth.is_finite() && *depth > 0.0 {
                assert_normal(&normals, row, column, normal);
            } else {
                assert!(normals[[0, row, column]].is_nan());
            }
        }
    }

    #[test]
    fn surfaces_keep_their_normals_at_a_step() {
        let camera = Intrinsics::from_horizontal_fov(75.0, 20, 20);
        let (near, far) = ([0.6, 0.0, 0.8], [0.0, 0.6, 0.8]);
        let mut depth = plane(far, 3.0, 20, &camera);
        depth
            .slice_mut(s![.., 9..])
            .assign(&plane(near, 0.5, 20, &camera).slice(s![.., 9..]));
        let normals = normals(depth.view(), &camera);
        for (row, column) in ndarray::indices((20, 20)) {
            let expected = if column < 9 { far } else { near };
            assert_normal(&normals, row, column, expected);
        }
    }

    #[test]
    fn any_size_and_any_value_is_taken() {
        for (height, width) in [(0, 0), (0, 3), (1, 1), (1, 9), (2, 2), (17, 1)] {
            let camera = Intrinsics::from_horizontal_fov(60.0, width, height);
            for value in [
                1.0,
                f32::NAN,
                f32::INFINITY,
                -1.0,
                1e-30,
                f32::MIN_POSITIVE,
                f32::MAX,
            ] {
                let depth = Array2::from_elem((height, width), value);
                assert_eq!(normals(depth.view(), &camera).dim(), (3, height, width));
            }
        }
    }
}
