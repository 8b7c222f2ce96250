//! Pictures as 8-bit files hold them. Every score sees them so, and the same scores follow from saved pictures.

use ndarray::{Array3, ArrayView3};

use crate::data::show::byte;

/// The picture that a file of it holds.
pub(super) fn rounded(picture: ArrayView3<'_, f32>) -> Array3<f32> {
    picture.mapv(|value| f32::from(byte(value)) / 255.0)
}
