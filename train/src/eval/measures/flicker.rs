//! Flicker on a camera path: how much a picture differs from the one before it, which is warped to its view.
//!
//! The true depth and cameras say where each point of the later picture was in the earlier one. Points that were out of
//! view or hidden are left out.

use ndarray::{Array2, ArrayView2, ArrayView3};

use crate::data::{Intrinsics, Pose};

/// The largest relative differences of inverse depth: between the point and the surface there, and between the point
/// and each of the four pixels around it, which are on other surfaces at edges.
const SURFACE: f32 = 0.02;
const AROUND: f32 = 0.1;
/// The smallest share of the pixels that must be seen in both.
const SMALLEST_SHARE: f64 = 0.01;

/// What a frame's camera sees.
#[derive(Clone, Debug)]
pub struct View {
    camera: Intrinsics,
    pose: Pose,
    depth: Array2<f32>,
    inverse: Array2<f32>,
}

impl View {
    /// A camera in pixels of the depth, where it is, and the depth `[height, width]` in metres, which is not finite
    /// where it is unknown.
    pub fn new(camera: Intrinsics, pose: Pose, depth: Array2<f32>) -> Self {
        Self {
            camera,
            pose,
            inverse: depth.mapv(f32::recip),
            depth,
        }
    }
}

/// Where the pixels of a view were in an earlier one.
#[derive(Clone, Debug)]
pub struct Warp {
    places: Array2<Option<Place>>,
}

/// A position between four pixels.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The upper left pixel.
    top: usize,
    left: usize,
    /// How far below and right of its centre, from 0 to 1.
    down: f32,
    right: f32,
}

/// Mean absolute differences of the generated and the real pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flicker {
    /// Of the generated pictures.
    pub generated: f64,
    /// Of the real pictures.
    pub real: f64,
}

impl Warp {
    /// Finds the pixels of `later` in `earlier`; `None` if hardly any is there.
    pub fn between(earlier: &View, later: &View) -> Option<Self> {
        let places = Array2::from_shape_fn(later.depth.dim(), |(row, column)| {
            find(earlier, later, row, column)
        });
        let found = places.iter().flatten().count();
        (found as f64 >= SMALLEST_SHARE * places.len() as f64).then_some(Self { places })
    }

    /// The mean absolute difference between a picture `[3, height, width]` of the later view and one of the earlier, at
    /// the pixels that both see.
    ///
    /// # Panics
    /// When the pictures do not have the size of the views.
    pub fn difference(&self, earlier: ArrayView3<'_, f32>, later: ArrayView3<'_, f32>) -> f64 {
        let (mut sum, mut count) = (0.0, 0_usize);
        for ((row, column), place) in self.places.indexed_iter() {
            let Some(place) = place else { continue };
            for (earlier, later) in earlier.outer_iter().zip(later.outer_iter()) {
                let before = place.sample(earlier);
                sum += f64::from((later[[row, column]] - before).abs());
                count += 1;
            }
        }
        sum / count as f64
    }
}

impl Place {
    /// The four pixels around a position in pixels; `None` if they are not all inside.
    fn at(row: f32, column: f32, (height, width): (usize, usize)) -> Option<Self> {
        let part = |position: f32, count: usize| {
            let is_inside = position >= 0.0 && position <= (count - 1) as f32;
            let first = (position.floor() as usize).min(count.checked_sub(2)?);
            is_inside.then_some((first, position - first as f32))
        };
        let ((top, down), (left, right)) = (part(row, height)?, part(column, width)?);
        Some(Self {
            top,
            left,
            down,
            right,
        })
    }

    fn around(&self) -> [[usize; 2]; 4] {
        let Self { top, left, .. } = *self;
        [
            [top, left],
            [top, left + 1],
            [top + 1, left],
            [top + 1, left + 1],
        ]
    }

    /// The bilinear value of a plane.
    fn sample(&self, plane: ArrayView2<'_, f32>) -> f32 {
        let [a, b, c, d] = self.around().map(|pixel| plane[pixel]);
        let line = |left: f32, right: f32| (1.0 - self.right) * left + self.right * right;
        (1.0 - self.down) * line(a, b) + self.down * line(c, d)
    }
}

/// Where a pixel of the later view was in the earlier one, if it was in view and not hidden.
fn find(earlier: &View, later: &View, row: usize, column: usize) -> Option<Place> {
    let depth = later.depth[[row, column]];
    if !(depth.is_finite() && depth > 0.0) {
        return None;
    }
    let point = later.camera.point(row, column, depth);
    let [x, y, z] = earlier.pose.from_world(later.pose.to_world(point));
    let depth = -z;
    if depth <= 0.0 {
        return None;
    }
    let camera = earlier.camera;
    let (column, row) = (
        camera.cx + camera.fx * x / depth - 0.5,
        camera.cy - camera.fy * y / depth - 0.5,
    );
    let place = Place::at(row, column, earlier.depth.dim())?;
    // Inverse depth is linear on a plane; not finite where depth is unknown.
    let inverse = earlier.inverse.view();
    let is_near = |found: f32, tolerance: f32| (found * depth - 1.0).abs() <= tolerance;
    let all_near = place
        .around()
        .iter()
        .all(|&pixel| is_near(inverse[pixel], AROUND));
    (all_near && is_near(place.sample(inverse), SURFACE)).then_some(place)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const SIDE: usize = 64;

    /// A camera at `x` that looks along -z, turned to the right by some radians.
    fn pose(x: f32, turned: f32) -> Pose {
        let (sin, cos) = turned.sin_cos();
        Pose::new([
            [cos, 0.0, -sin, x],
            [0.0, 1.0, 0.0, 0.0],
            [sin, 0.0, cos, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ])
    }

    /// The texture of a wall at z = -2 and, from x = 0.3 on, of a pillar at z = -1, at a position in metres.
    fn texture(x: f32, y: f32) -> f32 {
        0.5 + 0.2 * (5.0 * x).sin() * (4.0 * y).cos()
    }

    /// What a camera sees of them: the view and the picture.
    fn scene(pose: Pose, has_pillar: bool) -> (View, Array3<f32>) {
        let camera = Intrinsics::from_horizontal_fov(60.0, SIDE, SIDE);
        let mut depth = Array2::zeros((SIDE, SIDE));
        let mut picture = Array3::zeros((3, SIDE, SIDE));
        for row in 0..SIDE {
            for column in 0..SIDE {
                let origin = pose.to_world([0.0; 3]);
                let through = pose.to_world(camera.point(row, column, 1.0));
                let hit = |z: f32| {
                    let share = (z - origin[2]) / (through[2] - origin[2]);
                    let at = |axis: usize| origin[axis] + share * (through[axis] - origin[axis]);
                    (share, at(0), at(1))
                };
                let (near, x, y) = hit(-1.0);
                let (distance, x, y, shift) = match has_pillar && x > 0.3 {
                    true => (near, x, y, 0.3),
                    false => {
                        let (far, x, y) = hit(-2.0);
                        (far, x, y, 0.0)
                    }
                };
                depth[[row, column]] = distance;
                for channel in 0..3 {
                    picture[[channel, row, column]] = texture(x, y) + shift;
                }
            }
        }
        (View::new(camera, pose, depth), picture)
    }

    #[test]
    fn exact_motion_has_no_flicker_and_noise_has_its_own() {
        let (before, first) = scene(pose(0.0, 0.0), true);
        let (after, second) = scene(pose(0.1, 0.05), true);
        let warp = Warp::between(&before, &after).expect("they overlap");
        let real = warp.difference(first.view(), second.view());
        assert!(real < 0.002, "{real}");
        // Without the warp it would be large, and so it would be if what was hidden counted.
        let still = (&second - &first).mapv(f32::abs).mean().expect("pixels");
        assert!(still > 0.02, "{still}");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for strength in [0.02_f32, 0.1] {
            let mut noisy = |picture: &Array3<f32>| {
                picture.mapv(|value| value + rng.random_range(-strength..strength))
            };
            let found = warp.difference(noisy(&first).view(), noisy(&second).view());
            // The mean absolute difference of two uniform numbers is two thirds of the strength; that between pixels is
            // smoothed by the warp.
            let expected = f64::from(strength) * 2.0 / 3.0;
            assert!(
                found > 0.75 * expected && found < 1.05 * expected,
                "{strength}: {found}"
            );
        }
    }

    #[test]
    fn what_was_hidden_or_out_of_view_is_left_out() {
        let (before, _) = scene(pose(0.0, 0.0), true);
        let (after, _) = scene(pose(-0.2, 0.0), true);
        let warp = Warp::between(&before, &after).expect("they overlap");
        // Seen from further left, the pillar covers less of the wall, and the left edge is new.
        let row = SIDE / 2;
        let is_pillar = |column: usize| after.depth[[row, column]] < 1.5;
        let edge = (0..SIDE)
            .find(|&column| is_pillar(column))
            .expect("a pillar");
        assert!(warp.places[[row, edge - 1]].is_none() && warp.places[[row, 0]].is_none());
        assert!(warp.places[[row, edge + 2]].is_some() && warp.places[[row, SIDE - 2]].is_some());
        assert!(warp.places[[row, edge / 2 + 4]].is_some());
        let unknown = View::new(
            after.camera,
            after.pose,
            Array2::from_elem((SIDE, SIDE), f32::NAN),
        );
        assert!(Warp::between(&before, &unknown).is_none());
        assert!(Warp::between(&unknown, &before).is_none());
        let (away, _) = scene(pose(0.0, std::f32::consts::PI), false);
        assert!(Warp::between(&before, &away).is_none());
    }
}
