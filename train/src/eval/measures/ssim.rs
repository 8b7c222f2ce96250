//! Structural similarity (Wang et al. 2004), computed as by its authors: a Gaussian window of 11x11 pixels with a
//! standard deviation of 1.5, without padding, and the mean over pixels and channels.

use ndarray::{Array2, ArrayView2, ArrayView3, Axis, Zip, s};

const RADIUS: usize = 5;
const DEVIATION: f64 = 1.5;
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// The similarity of two pictures `[3, height, width]` in [0, 1]; 1 for equal pictures, `None` for pictures smaller
/// than the window.
///
/// # Panics
/// When the pictures differ in size.
pub fn ssim(a: ArrayView3<'_, f32>, b: ArrayView3<'_, f32>) -> Option<f64> {
    assert_eq!(a.dim(), b.dim(), "pictures of one size");
    let (channels, height, width) = a.dim();
    if height.min(width) <= 2 * RADIUS {
        return None;
    }
    let window = window();
    let planes = a.axis_iter(Axis(0)).zip(b.axis_iter(Axis(0)));
    let sum: f64 = planes.map(|(a, b)| of_planes(a, b, &window)).sum();
    Some(sum / channels as f64)
}

fn of_planes(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, window: &[f64]) -> f64 {
    let (a, b) = (a.mapv(f64::from), b.mapv(f64::from));
    let blurred = |plane: &Array2<f64>| blur(plane, window);
    let (mean_a, mean_b) = (blurred(&a), blurred(&b));
    let (aa, bb, ab) = (
        blurred(&(&a * &a)),
        blurred(&(&b * &b)),
        blurred(&(&a * &b)),
    );
    let mut sum = 0.0;
    Zip::from(&mean_a)
        .and(&mean_b)
        .and(&aa)
        .and(&bb)
        .and(&ab)
        .for_each(|&mean_a, &mean_b, &aa, &bb, &ab| {
            let (squared, product) = (mean_a * mean_a + mean_b * mean_b, mean_a * mean_b);
            let (variances, covariance) = (aa + bb - squared, ab - product);
            sum += (2.0 * product + C1) * (2.0 * covariance + C2)
                / ((squared + C1) * (variances + C2));
        });
    sum / mean_a.len() as f64
}

fn window() -> [f64; 2 * RADIUS + 1] {
    let weight = |place: usize| {
        let distance = place as f64 - RADIUS as f64;
        (-0.5 * (distance / DEVIATION).powi(2)).exp()
    };
    let weights: [f64; 2 * RADIUS + 1] = std::array::from_fn(weight);
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// Gaussian filter without padding, first along rows, then along columns.
fn blur(plane: &Array2<f64>, window: &[f64]) -> Array2<f64> {
    let (height, width) = plane.dim();
    let (inner_height, inner_width) = (height + 1 - window.len(), width + 1 - window.len());
    let mut rows = Array2::zeros((height, inner_width));
    for (shift, &weight) in window.iter().enumerate() {
        rows.scaled_add(weight, &plane.slice(s![.., shift..shift + inner_width]));
    }
    let mut both = Array2::zeros((inner_height, inner_width));
    for (shift, &weight) in window.iter().enumerate() {
        both.scaled_add(weight, &rows.slice(s![shift..shift + inner_height, ..]));
    }
    both
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn equal_pictures_are_at_one_and_flat_ones_follow_their_means() {
        let a = Array3::from_shape_fn((3, 12, 16), |(c, y, x)| ((c + 3 * y + x) % 7) as f32 / 7.0);
        assert!((ssim(a.view(), a.view()).unwrap() - 1.0).abs() < 1e-12);
        let flat = |value| Array3::from_elem((3, 11, 11), value);
        let (dark, light) = (flat(0.25_f32), flat(0.75_f32));
        let expected = (2.0 * 0.1875 + C1) / (0.0625 + 0.5625 + C1);
        let found = ssim(dark.view(), light.view()).unwrap();
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn the_window_must_fit() {
        let a = Array3::zeros((3, 10, 64));
        assert_eq!(ssim(a.view(), a.view()), None);
    }
}
