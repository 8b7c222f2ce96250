//! Grids: how much more neighbouring pixels differ at some places of a tile than at others, compared with the real
//! pictures.
//!
//! The differences between neighbours are folded by the tile: the mean of their square roots at each of the tile's
//! columns, and of its rows. Square roots, because grids are seen in smooth areas, and the scene's own edges would drown
//! them. In pictures without tiles these profiles are level. What a tile's borders or its inside add, at the tile's
//! frequency and its harmonics, makes some places stand out.

use ndarray::{ArrayView3, Axis};

/// Tiles that must fit each side, so that their mean says something.
const FEWEST_TILES: usize = 2;

/// Profiles of generated and of real pictures. Those of several pictures can be added.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    generated: [Vec<f64>; 2],
    real: [Vec<f64>; 2],
}

impl Grid {
    /// The profiles of pictures `[3, height, width]` in [0, 1]; `None` if two tiles do not fit each side, or a tile is
    /// a single pixel.
    ///
    /// # Panics
    /// When the pictures differ in size.
    pub fn of(
        picture: ArrayView3<'_, f32>,
        real: ArrayView3<'_, f32>,
        tile: usize,
    ) -> Option<Self> {
        assert_eq!(picture.dim(), real.dim(), "pictures of one size");
        let (_, height, width) = picture.dim();
        let fits = tile > 1 && height.min(width) / FEWEST_TILES >= tile;
        let both = |picture: ArrayView3<'_, f32>| [2, 1].map(|axis| profile(picture, axis, tile));
        fits.then(|| Self {
            generated: both(picture),
            real: both(real),
        })
    }

    /// Adds these profiles to a sum, which may still be `None`.
    pub fn add_to(&self, sum: &mut Option<Self>) {
        let Some(sum) = sum else {
            *sum = Some(self.clone());
            return;
        };
        for (mine, others) in [
            (&mut sum.generated, &self.generated),
            (&mut sum.real, &self.real),
        ] {
            let pairs = mine.iter_mut().flatten().zip(others.iter().flatten());
            pairs.for_each(|(mine, other)| *mine += other);
        }
    }

    /// How much the strongest place of a tile stands out from the mean, divided by the same of the real pictures; mean
    /// over columns and rows. 1 is as in the real pictures. `None` if the pictures have no differences.
    pub fn ratio(&self) -> Option<f64> {
        Some(peak(&self.generated)? / peak(&self.real)?)
    }
}

/// The mean square root of the difference from the next pixel along an axis, by place in the tile.
fn profile(picture: ArrayView3<'_, f32>, axis: usize, tile: usize) -> Vec<f64> {
    let (mut sums, mut counts) = (vec![0.0; tile], vec![0_usize; tile]);
    let lines: Vec<_> = picture.axis_iter(Axis(axis)).collect();
    for (place, pair) in lines.windows(2).enumerate() {
        let differences = pair[0]
            .iter()
            .zip(&pair[1])
            .map(|(a, b)| (a - b).abs().sqrt());
        sums[place % tile] += differences.map(f64::from).sum::<f64>();
        counts[place % tile] += pair[0].len();
    }
    let means = sums.iter().zip(&counts);
    means
        .map(|(sum, &count)| sum / count.max(1) as f64)
        .collect()
}

fn peak(profiles: &[Vec<f64>; 2]) -> Option<f64> {
    let mut sum = 0.0;
    for profile in profiles {
        let mean = profile.iter().sum::<f64>() / profile.len() as f64;
        sum += profile
            .iter()
            .fold(0.0, |most: f64, &value| most.max(value))
            / mean;
    }
    let peak = sum / profiles.len() as f64;
    peak.is_finite().then_some(peak)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const SIDE: usize = 64;

    /// Noise that is smoothed, as pictures are.
    fn picture(seed: u64) -> Array3<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let noise = Array3::from_shape_fn((3, SIDE + 1, SIDE + 1), |_| rng.random::<f32>());
        Array3::from_shape_fn((3, SIDE, SIDE), |(c, y, x)| {
            let at = |y: usize, x: usize| noise[[c, y, x]];
            0.4 + 0.05 * (at(y, x) + at(y + 1, x) + at(y, x + 1) + at(y + 1, x + 1))
        })
    }

    /// Adds a grid: each tile is lighter or darker than the others, or all have the same pattern.
    fn with_grid(picture: &Array3<f32>, tile: usize, strength: f32, is_even: bool) -> Array3<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let tiles = Array3::from_shape_fn((1, SIDE, SIDE), |_| rng.random_range(-1.0..1.0_f32));
        Array3::from_shape_fn(picture.dim(), |(c, y, x)| {
            let wave = |place: usize| (place as f32 * std::f32::consts::TAU / tile as f32).cos();
            let added = match is_even {
                true => (wave(y) + wave(x)) / 2.0,
                false => tiles[[0, y / tile, x / tile]],
            };
            picture[[c, y, x]] + strength * added
        })
    }

    fn grid(tile: usize, strength: f32, is_even: bool, measured: usize) -> f64 {
        let mut sum = None;
        for seed in 0..8 {
            let real = picture(seed);
            let generated = with_grid(&picture(100 + seed), tile, strength, is_even);
            let grid = Grid::of(generated.view(), real.view(), measured).expect("fits");
            grid.add_to(&mut sum);
        }
        sum.and_then(|sum| sum.ratio()).expect("not level")
    }

    #[test]
    fn pictures_without_a_grid_are_at_one_and_stronger_grids_are_higher() {
        for tile in [8, 16] {
            for is_even in [false, true] {
                let strengths = [0.0, 0.04, 0.08, 0.16, 0.32];
                let found = strengths.map(|strength| grid(tile, strength, is_even, tile));
                assert!((found[0] - 1.0).abs() < 0.03, "{tile} {is_even}: {found:?}");
                let rises = found.windows(2).all(|pair| pair[0] < pair[1]);
                assert!(rises && found[4] > 1.1, "{tile} {is_even}: {found:?}");
            }
        }
        // Seen only if one looks for its tile, or a multiple of it.
        assert!((grid(8, 0.04, false, 5) - 1.0).abs() < 0.06);
        assert!(grid(8, 0.04, false, 16) > 1.1);
    }

    #[test]
    fn one_column_that_stands_out_is_its_share() {
        // Differences are 0 but for one column and one row of each tile of four.
        let steps = |c: usize, y: usize, x: usize| (c + y / 4 + x / 4) as f32 * 0.01;
        let stairs = Array3::from_shape_fn((3, 17, 17), |(c, y, x)| steps(c, y, x));
        let slope = Array3::from_shape_fn((3, 17, 17), |(_, y, x)| (x + y) as f32 * 0.01);
        let grid = Grid::of(stairs.view(), slope.view(), 4).expect("fits");
        assert!((grid.ratio().expect("steps") - 4.0).abs() < 1e-3);
    }

    #[test]
    fn what_cannot_be_measured_is_none() {
        let flat = Array3::from_elem((3, 16, 16), 0.5);
        let [wide, tile] = [9, 1].map(|tile| Grid::of(flat.view(), flat.view(), tile));
        assert_eq!((wide, tile), (None, None));
        let flat = Grid::of(flat.view(), flat.view(), 8).expect("fits");
        assert_eq!(flat.ratio(), None);
    }
}
