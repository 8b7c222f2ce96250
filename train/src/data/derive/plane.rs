//! Fits planes to a map of inverse depth, for several pixels at a time.

use crate::data::camera::Intrinsics;

/// Radius of the window in pixels.
const RADIUS: usize = 3;
const SIDE: usize = 2 * RADIUS + 1;

/// Number of pixels that are fitted together, for SIMD.
pub(super) const LANES: usize = 8;

/// Margin of unknown pixels around the map, so that windows and lanes need no border checks.
pub(super) const MARGIN: usize = RADIUS + LANES;

/// Inverse depth around a pixel: its value there and its slope per column and per row.
#[derive(Clone, Copy)]
pub(super) struct Plane {
    value: f32,
    right: f32,
    down: f32,
}

impl Plane {
    /// With rays (x, y, -1) the plane n.p = -c has inverse depth -(n.x x + n.y y - n.z) / c.
    pub(super) fn normal(self, row: usize, column: usize, camera: &Intrinsics) -> Option<[f32; 3]> {
        let [x, y] = camera.ray(row, column);
        let (by_x, by_y) = (self.right * camera.fx, -self.down * camera.fy);
        let normal = [-by_x, -by_y, self.value - by_x * x - by_y * y];
        let length = normal.iter().map(|v| v * v).sum::<f32>().sqrt();
        (length.is_normal()).then(|| normal.map(|v| v / length))
    }
}

/// Slope in the middle of five values: the mean of both sides if the middle is smoothest, else the slope of the
/// smoother side. NaN if the middle or both of its neighbours are missing.
fn slope([a, b, c, d, e]: [f32; 5]) -> f32 {
    let (left, right) = (c - b, d - c);
    if left.is_nan() || right.is_nan() {
        return if left.is_nan() { right } else { left };
    }
    let here = (right - left).abs();
    let (on_left, on_right) = ((left - (b - a)).abs(), ((e - d) - right).abs());
    // Comparisons with NaN are false, so a side with unknown smoothness loses against a known one.
    if !(on_left < here || on_right < here) {
        (left + right) / 2.0
    } else if on_left < on_right || on_right.is_nan() {
        left
    } else {
        right
    }
}

/// The planes of `LANES` pixels of a row, starting at a column, in a map with a margin.
///
/// Starts with the slopes to the smoother sides, followed by one iteration of least squares with Tukey weights,
/// (1 - (error / tolerance)^2)^2. `tolerance` is a function of the pixel's inverse depth.
pub(super) fn fit(
    rows: &[&[f32]],
    row: usize,
    start: usize,
    tolerance: impl Fn(f32) -> f32,
) -> [Plane; LANES] {
    let at = |down: usize, right: usize| rows[row + MARGIN + down - 2][start + MARGIN + right - 2];
    let first: [Plane; LANES] = std::array::from_fn(|lane| Plane {
        value: at(2, lane + 2),
        right: slope(std::array::from_fn(|i| at(2, lane + i))),
        down: slope(std::array::from_fn(|i| at(i, lane + 2))),
    });
    let value = first.map(|plane| plane.value);
    let right = first.map(|plane| plane.right);
    let down = first.map(|plane| plane.down);
    let per_tolerance = value.map(|value| tolerance(value).recip());

    // Sums over the window of weight, x, y, xx, xy, yy, v, vx, vy, all relative to the pixel.
    let mut sums = [[0.0f32; LANES]; 9];
    for window_row in 0..SIDE {
        let y = window_row as f32 - RADIUS as f32;
        let mut line = [[0.0f32; LANES]; 5];
        let neighbours = &rows[row + LANES + window_row][start + LANES..];
        for (x, neighbours) in (0..SIDE).zip(neighbours.array_windows::<LANES>()) {
            let x = x as f32 - RADIUS as f32;
            for lane in 0..LANES {
                let change = neighbours[lane] - value[lane];
                let error = (change - right[lane] * x - down[lane] * y) * per_tolerance[lane];
                let inside = 1.0 - error * error;
                let known = inside > 0.0;
                let weight = if known { inside * inside } else { 0.0 };
                let weighted = if known { weight * change } else { 0.0 };
                line[0][lane] += weight;
                line[1][lane] += weight * x;
                line[2][lane] += weight * (x * x);
                line[3][lane] += weighted;
                line[4][lane] += weighted * x;
            }
        }
        let mut add = |to: usize, from: usize, factor: f32| {
            for lane in 0..LANES {
                sums[to][lane] += line[from][lane] * factor;
            }
        };
        add(0, 0, 1.0);
        add(1, 1, 1.0);
        add(2, 0, y);
        add(3, 2, 1.0);
        add(4, 1, y);
        add(5, 0, y * y);
        add(6, 3, 1.0);
        add(7, 4, 1.0);
        add(8, 3, y);
    }
    std::array::from_fn(|lane| solve(sums.map(|sum| sum[lane]), value[lane]).unwrap_or(first[lane]))
}

/// The least-squares plane from a window's sums, unless its pixels are collinear.
fn solve([n, x, y, xx, xy, yy, v, vx, vy]: [f32; 9], value: f32) -> Option<Plane> {
    let (mean_x, mean_y) = (x / n, y / n);
    let (xx, xy, yy) = (xx - x * mean_x, xy - x * mean_y, yy - y * mean_y);
    let (vx, vy) = (vx - v * mean_x, vy - v * mean_y);
    let determinant = xx * yy - xy * xy;
    (determinant > 1e-3).then(|| {
        let right = (vx * yy - vy * xy) / determinant;
        let down = (vy * xx - vx * xy) / determinant;
        Plane {
            value: value + v / n - right * mean_x - down * mean_y,
            right,
            down,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_that_of_the_smoother_side() {
        let missing = f32::NAN;
        assert_eq!(slope([0.0, 1.0, 2.0, 3.0, 4.0]), 1.0);
        assert_eq!(slope([0.0, 1.0, 4.0, 9.0, 16.0]), 4.0);
        assert_eq!(slope([0.0, 1.0, 2.0, 9.0, 9.5]), 1.0);
        assert_eq!(slope([9.5, 9.0, 2.0, 3.0, 4.0]), 1.0);
        assert_eq!(slope([missing, missing, 2.0, 3.0, missing]), 1.0);
        assert_eq!(slope([missing, 9.0, 2.0, 3.0, 4.0]), 1.0);
        assert!(slope([0.0, missing, 2.0, missing, 4.0]).is_nan());
        assert!(slope([0.0, 1.0, missing, 3.0, 4.0]).is_nan());
    }
}
