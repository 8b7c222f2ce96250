//! Principal components (Pearson 1901): the three directions in which vectors differ most.

use multicond::Picture;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use ndarray::{Array1, Array2, ArrayView3, Axis};

/// Standard deviations on each side of the mean that the colours cover.
const REACH: f64 = 2.5;
/// Variances below this share of the mean square are rounding errors.
const NOISE: f64 = 1e-10;

/// Sums over the vectors of all pictures.
pub(crate) struct Sums {
    count: f64,
    sum: Array1<f64>,
    products: Array2<f64>,
}

/// The mean and the first three components of vectors.
pub(crate) struct Components {
    mean: Array1<f64>,
    /// One component per row, of unit length.
    directions: Array2<f64>,
    /// Variances along them.
    variances: [f64; 3],
    total_variance: f64,
}

impl Sums {
    pub(crate) fn new(channels: usize) -> Self {
        Self {
            count: 0.0,
            sum: Array1::zeros(channels),
            products: Array2::zeros((channels, channels)),
        }
    }

    /// Adds a tensor `[channels, height, width]`, one vector per pixel.
    pub(crate) fn add(&mut self, tensor: ArrayView3<'_, f32>) {
        let vectors = vectors(tensor);
        self.count += vectors.ncols() as f64;
        self.sum += &vectors.sum_axis(Axis(1));
        self.products += &vectors.dot(&vectors.t());
    }

    /// The components; `None` if all vectors are equal.
    pub(crate) fn components(&self) -> Option<Components> {
        let channels = self.sum.len();
        let mean = &self.sum / self.count;
        let covariance = DMatrix::from_fn(channels, channels, |row, column| {
            self.products[[row, column]] / self.count - mean[row] * mean[column]
        });
        let mean_square = self.products.diag().sum() / self.count;
        let eigen = SymmetricEigen::new(covariance);
        let variance = |index: usize| {
            let value = eigen.eigenvalues[index];
            if value > NOISE * mean_square {
                value
            } else {
                0.0
            }
        };
        let mut order: Vec<usize> = (0..channels).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let mut directions = Array2::zeros((3, channels));
        let mut variances = [0.0; 3];
        for (place, &index) in order.iter().take(3).enumerate() {
            variances[place] = variance(index);
            let vector: DVector<f64> = eigen.eigenvectors.column(index).into();
            // The sign of a component is arbitrary; this gives every run the same colours.
            let sign = vector[vector.iamax()].signum();
            for channel in 0..channels {
                directions[[place, channel]] = sign * vector[channel];
            }
        }
        let total_variance = (0..channels).map(variance).sum();
        (variances[0] > 0.0).then_some(Components {
            mean,
            directions,
            variances,
            total_variance,
        })
    }
}

impl Components {
    /// Each component's share of the total variance.
    pub(crate) fn shares(&self) -> [f64; 3] {
        self.variances
            .map(|variance| variance / self.total_variance)
    }

    /// A tensor's three components as red, green and blue, the mean in middle gray.
    pub(crate) fn picture(&self, tensor: ArrayView3<'_, f32>) -> Picture {
        let (_, height, width) = tensor.dim();
        let mut vectors = vectors(tensor);
        for (mut channel, &mean) in vectors.outer_iter_mut().zip(&self.mean) {
            channel -= mean;
        }
        let places = self.directions.dot(&vectors);
        let mut picture = Picture::new(width, height);
        for ((y, x), pixel) in ndarray::indices((height, width)).into_iter().zip(0..) {
            for (colour, variance) in self.variances.into_iter().enumerate() {
                let place = match variance {
                    0.0 => 0.0,
                    _ => places[[colour, pixel]] / variance.sqrt(),
                };
                let value = 0.5 + place / (2.0 * REACH);
                picture.values_mut()[[colour, y, x]] = value.clamp(0.0, 1.0) as f32;
            }
        }
        picture
    }
}

/// The vectors of a tensor, one per column.
fn vectors(tensor: ArrayView3<'_, f32>) -> Array2<f64> {
    let (channels, height, width) = tensor.dim();
    let values = tensor.iter().copied().map(f64::from).collect();
    Array2::from_shape_vec((channels, height * width), values).expect("as many as the tensor has")
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    /// Points on a line through 4-dimensional space, with a little of a second direction.
    fn tensor() -> Array3<f32> {
        Array3::from_shape_fn((4, 8, 8), |(channel, y, x)| {
            let (along, across) = (x as f32 - 3.5, y as f32 - 3.5);
            1.0 + match channel {
                0 => 3.0 * along,
                1 => -4.0 * along,
                2 => 0.5 * across,
                _ => 0.0,
            }
        })
    }

    #[test]
    fn components_are_where_the_variance_is() {
        let tensor = tensor();
        let mut sums = Sums::new(4);
        sums.add(tensor.view());
        let components = sums.components().unwrap();
        let [first, second, third] = components.shares();
        assert!((first - 100.0 / 101.0).abs() < 1e-9 && (second - 1.0 / 101.0).abs() < 1e-9);
        assert_eq!(third, 0.0);
        // The largest number of the direction (0.6, -0.8, 0, 0) is made positive.
        let picture = components.picture(tensor.view());
        let red = |x| picture.values()[[0, 0, x]];
        assert!(red(0) > 0.5 && red(7) < 0.5 && (red(0) + red(7) - 1.0).abs() < 1e-6);
        let green = |y| picture.values()[[1, y, 0]];
        assert!(green(0) < green(7));
    }

    #[test]
    fn tensors_share_a_basis_and_constant_ones_have_none() {
        let tensor = tensor();
        let mut sums = Sums::new(4);
        sums.add(tensor.view());
        sums.add(tensor.mapv(|value| value + 1.0).view());
        let components = sums.components().unwrap();
        let (a, b) = (
            components.picture(tensor.view()),
            components.picture(tensor.mapv(|value| value + 1.0).view()),
        );
        assert_ne!(a, b);
        let mut flat = Sums::new(4);
        flat.add(Array3::from_elem((4, 20, 20), 0.1).view());
        assert!(flat.components().is_none());
    }
}
