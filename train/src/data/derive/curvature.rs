//! Principal curvatures of surfaces, from depth and normals.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3};

use crate::data::camera::Intrinsics;

/// Principal curvatures `[2, height, width]` in 1/m, with k1 >= k2, positive where convex: a ball of radius r has
/// k1 = k2 = 1/r. Computed from planar depth in metres and camera-space unit normals `[3, height, width]`. NaN where
/// either is missing at the pixel, or at both neighbours along an axis.
///
/// The eigenvalues of the shape operator, from the first and second fundamental form (do Carmo,
/// Differential Geometry of Curves and Surfaces, 3-3), with central differences of positions and normals instead of
/// derivatives. Creases therefore have high curvature, and so have some outlines.
pub(crate) fn curvature(
    depth: ArrayView2<f32>,
    normals: ArrayView3<f32>,
    camera: &Intrinsics,
) -> Array3<f32> {
    let samples = Array2::from_shape_fn(depth.dim(), |(row, column)| {
        let normal = normal(normals, (row, column))?;
        let depth = depth[[row, column]];
        let position = camera.point(row, column, depth);
        let known = depth > 0.0 && position.iter().all(|v| v.is_finite());
        known.then_some(Sample { position, normal })
    });
    let at = |row: usize, column: usize| samples.get((row, column)).copied().flatten();
    let (height, width) = depth.dim();
    let mut curvature = Array3::from_elem((2, height, width), multicond::label::MISSING);
    for ((row, column), here) in samples.indexed_iter() {
        let Some(here) = *here else {
            continue;
        };
        // Row or column -1 wraps to one that does not exist either.
        let by_column = difference(at(row, column.wrapping_sub(1)), here, at(row, column + 1));
        let by_row = difference(at(row.wrapping_sub(1), column), here, at(row + 1, column));
        let found = by_column.zip(by_row).and_then(|(u, v)| principal(u, v));
        if let Some([k1, k2]) = found {
            curvature[[0, row, column]] = k1;
            curvature[[1, row, column]] = k2;
        }
    }
    curvature
}

/// Smooths normals `[3, height, width]` with a 1-2-1 filter in both directions and normalises them. Missing normals
/// are skipped and stay missing.
///
/// A renderer's normals are averaged over a pixel's filter, those derived from depth are not. Smoothing the latter
/// first brings their curvature closer to rendered curvature.
pub(crate) fn soften(normals: ArrayView3<f32>) -> Array3<f32> {
    let (_, height, width) = normals.dim();
    let known = Array2::from_shape_fn((height, width), |at| normal(normals, at));
    let mut soft = Array3::from_elem((3, height, width), multicond::label::MISSING);
    for ((row, column), here) in known.indexed_iter() {
        if here.is_none() {
            continue;
        }
        let mut sum = [0.0; 3];
        for near_row in row.saturating_sub(1)..(row + 2).min(height) {
            for near_column in column.saturating_sub(1)..(column + 2).min(width) {
                if let Some(near) = known[[near_row, near_column]] {
                    let steps = row.abs_diff(near_row) + column.abs_diff(near_column);
                    let weight = [4.0, 2.0, 1.0][steps];
                    sum = [0, 1, 2].map(|i| sum[i] + weight * near[i]);
                }
            }
        }
        let length = dot(sum, sum).sqrt();
        for (channel, value) in sum.into_iter().enumerate() {
            soft[[channel, row, column]] = value / length;
        }
    }
    soft
}

/// The normal at a pixel, if the pixel exists and the normal is known.
fn normal(normals: ArrayView3<f32>, (row, column): (usize, usize)) -> Option<[f32; 3]> {
    let at = |channel: usize| normals.get((channel, row, column)).copied();
    let normal = [at(0)?, at(1)?, at(2)?];
    normal.iter().all(|v| v.is_finite()).then_some(normal)
}

/// A point of the surface and its normal, or the change of both per pixel.
#[derive(Clone, Copy)]
struct Sample {
    position: [f32; 3],
    normal: [f32; 3],
}

/// Difference per pixel: central, or one-sided next to a missing neighbour.
fn difference(before: Option<Sample>, here: Sample, after: Option<Sample>) -> Option<Sample> {
    let pixels = match (before.is_some(), after.is_some()) {
        (true, true) => 2.0,
        (false, false) => return None,
        _ => 1.0,
    };
    let (from, to) = (before.unwrap_or(here), after.unwrap_or(here));
    let per_pixel = |a: [f32; 3], b: [f32; 3]| std::array::from_fn(|i| (b[i] - a[i]) / pixels);
    Some(Sample {
        position: per_pixel(from.position, to.position),
        normal: per_pixel(from.normal, to.normal),
    })
}

/// Principal curvatures from the changes along two directions. Normals point outwards and diverge where the surface
/// is convex: II = dn.dp.
fn principal(u: Sample, v: Sample) -> Option<[f32; 2]> {
    let (e, f, g) = (
        dot(u.position, u.position),
        dot(u.position, v.position),
        dot(v.position, v.position),
    );
    let (l, m, n) = (
        dot(u.normal, u.position),
        (dot(u.normal, v.position) + dot(v.normal, u.position)) / 2.0,
        dot(v.normal, v.position),
    );
    let determinant = e * g - f * f;
    let mean = (l * g - 2.0 * m * f + n * e) / (2.0 * determinant);
    let gaussian = (l * n - m * m) / determinant;
    let spread = (mean * mean - gaussian).max(0.0).sqrt();
    let found = [mean + spread, mean - spread];
    (determinant > 0.0 && found.iter().all(|k| k.is_finite())).then_some(found)
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ball or an upright cylinder at a distance of 2 m: depth and outward normals, NaN outside.
    fn round(radius: f32, cylinder: bool, camera: &Intrinsics) -> (Array2<f32>, Array3<f32>) {
        let mut depth = Array2::from_elem((128, 128), f32::NAN);
        let mut normals = Array3::from_elem((3, 128, 128), f32::NAN);
        for row in 0..128 {
            for column in 0..128 {
                let [x, y] = camera.ray(row, column);
                let up = if cylinder { 0.0 } else { y };
                // |d (x, up, -1) - (0, 0, -2)| = radius
                let square = x * x + up * up + 1.0;
                let root = 4.0 - square * (4.0 - radius * radius);
                if root > 0.0 {
                    let d = (2.0 - root.sqrt()) / square;
                    depth[[row, column]] = d;
                    for (c, n) in [x * d, up * d, 2.0 - d].into_iter().enumerate() {
                        normals[[c, row, column]] = n / radius;
                    }
                }
            }
        }
        (depth, normals)
    }

    #[test]
    fn a_ball_is_curved_by_one_over_its_radius() {
        let camera = Intrinsics::from_horizontal_fov(60.0, 128, 128);
        let (depth, normals) = round(0.8, false, &camera);
        let found = curvature(depth.view(), normals.view(), &camera);
        let derived = super::super::normals(depth.view(), &camera);
        let from_depth = curvature(depth.view(), derived.view(), &camera);
        for (row, column) in [(64, 64), (50, 70), (40, 90), (90, 80)] {
            for k in 0..2 {
                assert!((found[[k, row, column]] - 1.25).abs() < 0.01);
                assert!((from_depth[[k, row, column]] - 1.25).abs() < 0.1);
            }
        }
        assert!(found[[0, 0, 0]].is_nan());
    }

    #[test]
    fn a_cylinder_is_curved_one_way_and_a_hollow_the_other() {
        let camera = Intrinsics::from_horizontal_fov(60.0, 128, 128);
        let (depth, normals) = round(0.5, true, &camera);
        let found = curvature(depth.view(), normals.view(), &camera);
        let hollow = curvature(depth.view(), (-&normals).view(), &camera);
        for row in [0, 30, 127] {
            assert!((found[[0, row, 70]] - 2.0).abs() < 0.02 && found[[1, row, 70]].abs() < 0.02);
            assert!((hollow[[1, row, 70]] + 2.0).abs() < 0.02 && hollow[[0, row, 70]].abs() < 0.02);
        }
    }

    #[test]
    fn softening_rounds_a_crease_and_leaves_holes() {
        let mut normals = Array3::zeros((3, 3, 4));
        for ((channel, _, column), value) in normals.indexed_iter_mut() {
            *value = f32::from(channel == if column < 2 { 0 } else { 2 });
        }
        normals[[1, 0, 0]] = f32::NAN;
        let soft = soften(normals.view());
        let length = 10.0f32.sqrt();
        assert!((soft[[0, 2, 2]] - 1.0 / length).abs() < 1e-6);
        assert!((soft[[2, 2, 2]] - 3.0 / length).abs() < 1e-6);
        assert_eq!(soft[[2, 2, 3]], 1.0);
        assert!(soft[[0, 0, 0]].is_nan() && soft[[0, 0, 1]].is_finite());
    }

    #[test]
    fn any_size_and_any_value_is_taken() {
        for (height, width) in [(0, 0), (1, 1), (1, 9), (2, 2), (5, 1)] {
            let camera = Intrinsics::from_horizontal_fov(60.0, width, height);
            for value in [1.0, f32::NAN, f32::INFINITY, -1.0, f32::MAX] {
                let depth = Array2::from_elem((height, width), value);
                let normals = Array3::from_elem((3, height, width), value);
                let found = curvature(depth.view(), normals.view(), &camera);
                assert!(found.iter().all(|k| !k.is_infinite()));
                assert_eq!(soften(normals.view()).dim(), (3, height, width));
            }
        }
    }
}
