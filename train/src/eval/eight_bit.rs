//! Rounds pictures to 8 bits per channel before scoring, so that saved pictures have the same scores.

use ndarray::{Array3, ArrayView3};

use crate::data::show::byte;

/// The picture after a round trip through 8 bits.
pub(super) fn rounded(picture: ArrayView3<'_, f32>) -> Array3<f32> {
    picture.mapv(|value| f32::from(byte(value)) / 255.0)
}
