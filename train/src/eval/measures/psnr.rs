//! Peak signal-to-noise ratio.

use ndarray::ArrayView3;

/// The PSNR in dB of pictures in [0, 1]; infinite for equal pictures.
///
/// # Panics
/// When the pictures differ in size.
pub fn psnr(a: ArrayView3<'_, f32>, b: ArrayView3<'_, f32>) -> f64 {
    assert_eq!(a.dim(), b.dim(), "pictures of one size");
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    -10.0 * (sum / a.len() as f64).log10()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_tenth_everywhere_is_20_decibels() {
        let a = Array3::from_elem((3, 4, 4), 0.5);
        let b = Array3::from_elem((3, 4, 4), 0.6);
        assert!((psnr(a.view(), b.view()) - 20.0).abs() < 1e-5);
        assert_eq!(psnr(a.view(), a.view()), f64::INFINITY);
    }
}
