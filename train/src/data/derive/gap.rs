//! Occlusion edges as gaps of depth: outlines of surfaces that hide other surfaces, and nothing else.

use ndarray::{Array2, ArrayView2};

use super::inverse_depth;

/// Minimum gap of an edge, relative to the distance; smaller gaps come from rounding or curved surfaces.
const LEAST: f32 = 0.02;

/// Occlusion edges `[height, width]` from planar depth in metres: 0 without an edge, NaN exactly where depth is
/// missing.
///
/// The strength is the gap relative to the distance of the hidden surface, (far - near) / far: 0.5 if the hidden
/// surface is twice as far away, close to 1 if it is much farther. It is assigned to the nearer pixel.
///
/// The gap between two neighbours is the part of the change of inverse depth that exceeds the range of the changes on
/// both sides. Slanted planes and creases, where surfaces touch, therefore have no gap, with any camera. Only at
/// borders and holes, where a neighbour is missing, a crease may count as a gap. Gaps below 0.02 are set to 0.
pub(crate) fn gaps(depth: ArrayView2<f32>) -> Array2<f32> {
    let inverse = inverse_depth(depth, 2);
    Array2::from_shape_fn(depth.dim(), |(row, column)| {
        let here = inverse[[row + 2, column + 2]];
        if here.is_nan() {
            return multicond::label::MISSING;
        }
        let across: [f32; 5] = std::array::from_fn(|i| inverse[[row + 2, column + i]]);
        let along: [f32; 5] = std::array::from_fn(|i| inverse[[row + i, column + 2]]);
        let gap = [across, along]
            .into_iter()
            .flat_map(|[a, b, c, d, e]| [gap([b, c, d, e]), gap([d, c, b, a])])
            .fold(0.0, f32::max);
        let strength = (gap / here).min(1.0);
        if strength < LEAST { 0.0 } else { strength }
    })
}

/// The drop of inverse depth from the second value to the third, minus what the changes before and after it explain; 0
/// if there is no drop or neither change is known.
fn gap([before, here, next, after]: [f32; 4]) -> f32 {
    // `max` ignores NaN.
    let explained = (before - here).max(next - after);
    if explained.is_nan() {
        return 0.0;
    }
    let gap = here - next - explained.max(0.0);
    // NaN where `next` is missing.
    if gap > 0.0 { gap } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::s;

    use super::*;

    fn floor_and(near: Option<usize>) -> Array2<f32> {
        Array2::from_shape_fn((16, 16), |(row, column)| match near {
            Some(from) if column >= from => 1.0,
            _ => 8.0 / (2.0 + 0.1 * row as f32 + 0.05 * column as f32),
        })
    }

    #[test]
    fn slanted_planes_and_creases_have_none() {
        assert!(gaps(floor_and(None).view()).iter().all(|s| *s == 0.0));
        let room = Array2::from_shape_fn((16, 16), |(row, column)| {
            let floor = 0.1 + 0.2 * row as f32;
            let wall = 0.5 + 0.1 * column as f32;
            1.0 / floor.max(wall)
        });
        let inside = gaps(room.view());
        let inside = inside.slice(s![1..15, 1..15]);
        assert!(inside.iter().all(|s| *s == 0.0));
    }

    #[test]
    fn a_step_has_the_gap_on_its_near_side() {
        let depth = floor_and(Some(9));
        for ((row, column), strength) in gaps(depth.view()).indexed_iter() {
            if column == 9 {
                let far = depth[[row, 8]];
                assert!(
                    (strength - (far - 1.0) / far).abs() < 0.02,
                    "{strength} {far}"
                );
            } else {
                assert_eq!(*strength, 0.0);
            }
        }
    }

    #[test]
    fn missing_stays_missing() {
        let mut depth = floor_and(None);
        depth[[4, 5]] = f32::NAN;
        depth[[4, 6]] = f32::INFINITY;
        for ((row, column), strength) in gaps(depth.view()).indexed_iter() {
            let missing = row == 4 && (5..7).contains(&column);
            assert!(if missing {
                strength.is_nan()
            } else {
                *strength == 0.0
            });
        }
    }

    #[test]
    fn any_size_and_any_value_is_taken() {
        for size in [(0, 0), (1, 1), (1, 2), (3, 1), (2, 2)] {
            for value in [
                1.0,
                f32::NAN,
                f32::INFINITY,
                -1.0,
                f32::MIN_POSITIVE,
                f32::MAX,
            ] {
                let found = gaps(Array2::from_elem(size, value).view());
                assert!(found.iter().all(|s| s.is_nan() || *s == 0.0));
            }
        }
    }
}
