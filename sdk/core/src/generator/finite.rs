//! Finds NaN and infinities in what a model made.

use crate::{
    engine::Tensor,
    error::{Error, ErrorKind, Result},
};

/// Checks that all numbers of a tensor `[1, channels, height, width]` are finite.
///
/// # Errors
/// [`ErrorKind::Model`], with the first pixel that is not.
pub(super) fn check(tensor: &Tensor) -> Result<()> {
    let values = tensor.as_floats();
    // As fast as memory: the largest exponent, without branches.
    let largest = values
        .iter()
        .fold(0, |most: u32, value| most.max(magnitude(*value)));
    if largest < INFINITY {
        return Ok(());
    }
    let [_, _, height, width] = tensor.shape();
    let place = values.iter().position(|value| !value.is_finite());
    let place = place.unwrap_or_default();
    let (channel, pixel) = (place / (width * height), place % (width * height));
    let (x, y, value) = (pixel % width, pixel / width, values[place]);
    let reason = format_args!(
        "makes {value} in channel {channel} of pixel ({x}, {y}), expected finite numbers"
    );
    Err(Error::new(ErrorKind::Model, "", reason))
}

/// The bits of infinity; those of NaN are larger, those of other numbers smaller.
const INFINITY: u32 = 0x7f80_0000;

/// The bits without the sign.
fn magnitude(value: f32) -> u32 {
    value.to_bits() & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_finite_is_named() {
        let mut tensor = Tensor::floats("image", [1, 3, 2, 4], f32::MAX).unwrap();
        check(&tensor).unwrap();
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            tensor.as_floats_mut()[8 + 4 + 2] = bad;
            let error = check(&tensor).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Model);
            assert!(
                error.reason().contains("channel 1 of pixel (2, 1)"),
                "{error}"
            );
        }
    }
}
