//! The Frechet distance between two sets of feature vectors (Heusel et al. 2017), with the covariances of
//! pytorch-fid (`ddof = 1`):
//!
//! ```text
//! |m1 - m2|² + tr(C1) + tr(C2) - 2 tr((C1 C2)^½)
//! ```
//!
//! No matrix square root is computed. With `C = Fᵀ F` the last trace is the sum of the singular values of `F1 F2ᵀ`.
//! This is exact even if there are fewer vectors than dimensions and `C1 C2` is singular, where pytorch-fid may have to
//! add 1e-6 to the diagonals.

use anyhow::{Result, anyhow, ensure};
use faer::{Mat, MatRef};

/// Mean and covariance of a stream of feature vectors, in memory that does not depend on their number.
#[derive(Clone, Debug)]
pub struct Moments {
    dimensions: usize,
    count: usize,
    /// Rows `[1, features]`, or after [`compress`](Self::compress) a triangular matrix with the same Gram matrix.
    rows: Vec<f64>,
}

impl Moments {
    /// Creates empty moments for vectors of so many dimensions.
    pub fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            count: 0,
            rows: Vec::new(),
        }
    }

    /// Number of vectors so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds a vector.
    ///
    /// # Errors
    /// When it has another length or a value that is not finite.
    pub fn add(&mut self, features: &[f32]) -> Result<()> {
        ensure!(
            features.len() == self.dimensions,
            "{} features, expected {}",
            features.len(),
            self.dimensions
        );
        ensure!(
            features.iter().all(|value| value.is_finite()),
            "the features are not all finite"
        );
        self.rows.push(1.0);
        self.rows.extend(features.iter().copied().map(f64::from));
        self.count += 1;
        let width = self.dimensions + 1;
        if self.rows.len() >= 2 * width * width {
            self.compress();
        }
        Ok(())
    }

    /// Replaces the rows by the R of their QR decomposition.
    fn compress(&mut self) {
        let triangle = self.triangle();
        self.rows.clear();
        for row in triangle.row_iter() {
            self.rows.extend(row.iter());
        }
    }

    fn triangle(&self) -> Mat<f64> {
        let width = self.dimensions + 1;
        let rows = MatRef::from_row_major_slice(&self.rows, self.rows.len() / width, width);
        rows.qr().thin_R().to_owned()
    }

    fn gaussian(&self) -> Result<Gaussian> {
        ensure!(
            self.count >= 2,
            "a Frechet distance needs at least two pictures"
        );
        let triangle = self.triangle();
        // Because of the column of ones, the first row of R has the sums divided by the square root of the count, and
        // the other rows belong to the centred vectors.
        let (rows, columns) = (triangle.nrows(), triangle.ncols());
        let mean = (1..columns).map(|column| triangle[(0, column)] / triangle[(0, 0)]);
        let spread = ((self.count - 1) as f64).sqrt();
        let factor = Mat::from_fn(rows - 1, columns - 1, |row, column| {
            triangle[(row + 1, column + 1)] / spread
        });
        Ok(Gaussian {
            mean: mean.collect(),
            factor,
        })
    }
}

/// The distance between two sets.
///
/// # Errors
/// When one has fewer than two vectors, or theirs have different lengths.
pub fn frechet_distance(a: &Moments, b: &Moments) -> Result<f64> {
    ensure!(
        a.dimensions == b.dimensions,
        "feature vectors of different lengths, {} and {}",
        a.dimensions,
        b.dimensions
    );
    a.gaussian()?.distance(&b.gaussian()?)
}

/// The distance between two sets in memory, each with at least two vectors.
pub(crate) fn distance_of(a: &[&[f32]], b: &[&[f32]]) -> Result<f64> {
    Gaussian::of(a).distance(&Gaussian::of(b))
}

/// A mean and a factor `F` of the covariance `Fᵀ F`.
struct Gaussian {
    mean: Vec<f64>,
    factor: Mat<f64>,
}

impl Gaussian {
    fn of(vectors: &[&[f32]]) -> Self {
        let count = vectors.len() as f64;
        let dimensions = vectors[0].len();
        let mut mean = vec![0.0; dimensions];
        for vector in vectors {
            for (sum, value) in mean.iter_mut().zip(*vector) {
                *sum += f64::from(*value) / count;
            }
        }
        let spread = (count - 1.0).sqrt();
        let factor = Mat::from_fn(vectors.len(), dimensions, |row, column| {
            (f64::from(vectors[row][column]) - mean[column]) / spread
        });
        Self { mean, factor }
    }

    fn distance(&self, other: &Self) -> Result<f64> {
        let apart: f64 = self
            .mean
            .iter()
            .zip(&other.mean)
            .map(|(a, b)| (a - b).powi(2))
            .sum();
        let traces = self.factor.squared_norm_l2() + other.factor.squared_norm_l2();
        let product = &self.factor * other.factor.transpose();
        let roots: f64 = product
            .singular_values()
            .map_err(|error| anyhow!("the Frechet distance does not converge: {error:?}"))?
            .iter()
            .sum();
        Ok(apart + traces - 2.0 * roots)
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn vectors(count: usize, dimensions: usize, seed: u64) -> Vec<Vec<f32>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut vector = || {
            (0..dimensions)
                .map(|d| rng.random::<f32>() * (d + 1) as f32)
                .collect()
        };
        (0..count).map(|_| vector()).collect()
    }

    fn slices(vectors: &[Vec<f32>]) -> Vec<&[f32]> {
        vectors.iter().map(Vec::as_slice).collect()
    }

    fn moments(vectors: &[Vec<f32>]) -> Moments {
        let mut moments = Moments::new(vectors[0].len());
        for vector in vectors {
            moments.add(vector).unwrap();
        }
        moments
    }

    #[test]
    fn one_number_follows_the_formula() {
        // Means 1 and 4, variances 2 and 8: 9 + 2 + 8 - 2 * 4.
        let a = moments(&[vec![0.0], vec![2.0]]);
        let b = moments(&[vec![2.0], vec![6.0]]);
        let distance = frechet_distance(&a, &b).unwrap();
        assert!((distance - 11.0).abs() < 1e-12, "{distance}");
    }

    #[test]
    fn compressed_rows_give_what_all_rows_give() {
        for (count, dimensions) in [(5, 8), (50, 4), (400, 6)] {
            let (a, b) = (vectors(count, dimensions, 1), vectors(count, dimensions, 2));
            let streamed = frechet_distance(&moments(&a), &moments(&b)).unwrap();
            let whole = distance_of(&slices(&a), &slices(&b)).unwrap();
            assert!(
                (streamed - whole).abs() < 1e-10 * whole,
                "{streamed} {whole}"
            );
            let itself = frechet_distance(&moments(&a), &moments(&a)).unwrap();
            assert!(itself.abs() < 1e-9, "{itself}");
        }
    }

    #[test]
    fn invalid_features_are_rejected() {
        let mut moments = Moments::new(2);
        assert!(moments.add(&[1.0]).is_err());
        assert!(moments.add(&[1.0, f32::NAN]).is_err());
        moments.add(&[1.0, 2.0]).unwrap();
        assert!(frechet_distance(&moments, &moments).is_err());
    }
}
