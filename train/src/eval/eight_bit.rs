//! Pictures as 8-bit files hold them. Every score sees them so, and the same scores follow from saved pictures.

use ndarray::{Array3, ArrayView3};

/// A value from 0 to 1 as a byte, as the SDK writes it.
pub(super) fn byte(value: f32) -> u8 {
    // `as` clips to 0..=255.
    (value * 255.0).round() as u8
}

/// The picture that a file of it holds.
pub(super) fn rounded(picture: ArrayView3<'_, f32>) -> Array3<f32> {
    picture.mapv(|value| f32::from(byte(value)) / 255.0)
}
