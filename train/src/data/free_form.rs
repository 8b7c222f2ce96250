//! Free-form masks: thick random strokes, similar to masks drawn by hand (Yu et al., "Free-Form Image Inpainting with
//! Gated Convolution", ICCV 2019, section 3.2).

use std::f32::consts::TAU;

use ndarray::Array2;
use rand::{Rng, RngExt};

const MOST_STROKES: usize = 4;
const MOST_VERTICES: usize = 8;
/// Lengths of a stroke's segments and widths of strokes, relative to the shorter side.
const LENGTHS: [f32; 2] = [0.05, 0.3];
const WIDTHS: [f32; 2] = [0.04, 0.15];
/// Mean angle between two segments.
const MEAN_TURN: f32 = TAU / 5.0;

/// A mask `[height, width]`, true on strokes.
pub(super) fn strokes(width: usize, height: usize, rng: &mut impl Rng) -> Array2<bool> {
    let mut mask = Array2::from_elem((height, width), false);
    let side = width.min(height) as f32;
    for _ in 0..rng.random_range(1..=MOST_STROKES) {
        let mut place = [
            rng.random::<f32>() * width as f32,
            rng.random::<f32>() * height as f32,
        ];
        let mut angle = rng.random::<f32>() * TAU;
        let radius = between(WIDTHS, rng) * side / 2.0;
        for _ in 0..rng.random_range(1..=MOST_VERTICES) {
            // Turning in alternating directions makes scribbles.
            let sign = if rng.random() { 1.0 } else { -1.0 };
            angle += sign * MEAN_TURN * (0.5 + rng.random::<f32>());
            let length = between(LENGTHS, rng) * side;
            let end = [
                (place[0] + length * angle.cos()).clamp(0.0, width as f32),
                (place[1] + length * angle.sin()).clamp(0.0, height as f32),
            ];
            rub(&mut mask, place, end, radius);
            place = end;
        }
    }
    mask
}

fn between([low, high]: [f32; 2], rng: &mut impl Rng) -> f32 {
    low + (high - low) * rng.random::<f32>()
}

/// Marks the pixels whose centres are within `radius` of a line.
fn rub(mask: &mut Array2<bool>, start: [f32; 2], end: [f32; 2], radius: f32) {
    let (height, width) = mask.dim();
    let range = |axis: usize, side: usize| {
        let low = (start[axis].min(end[axis]) - radius).floor().max(0.0) as usize;
        let high = (start[axis].max(end[axis]) + radius).ceil() as usize;
        low..high.min(side)
    };
    let along = [end[0] - start[0], end[1] - start[1]];
    let squared = (along[0] * along[0] + along[1] * along[1]).max(f32::MIN_POSITIVE);
    for y in range(1, height) {
        for x in range(0, width) {
            let to = [x as f32 + 0.5 - start[0], y as f32 + 0.5 - start[1]];
            let share = ((to[0] * along[0] + to[1] * along[1]) / squared).clamp(0.0, 1.0);
            let off = [to[0] - share * along[0], to[1] - share * along[1]];
            mask[[y, x]] |= off[0] * off[0] + off[1] * off[1] <= radius * radius;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn strokes_cover_a_part() {
        let mut covered = 0;
        for seed in 0..50 {
            let mask = strokes(64, 48, &mut ChaCha8Rng::seed_from_u64(seed));
            let pixels = mask.iter().filter(|&&pixel| pixel).count();
            assert!(pixels > 0 && pixels < 64 * 48, "seed {seed}: {pixels}");
            covered += pixels;
        }
        let share = covered as f64 / (50.0 * 64.0 * 48.0);
        assert!((0.05..0.6).contains(&share), "{share}");
        strokes(1, 1, &mut ChaCha8Rng::seed_from_u64(0));
    }

    #[test]
    fn a_line_is_as_thick_as_it_says() {
        let mut mask = Array2::from_elem((7, 9), false);
        rub(&mut mask, [2.0, 3.5], [7.0, 3.5], 1.2);
        let column: Vec<bool> = mask.column(4).to_vec();
        assert_eq!(column, [false, false, true, true, true, false, false]);
        assert!(!mask[[3, 0]]);
    }
}
