//! The representation of missing values: [`MISSING`] in every channel of a pixel, or the label's missing class id. All
//! other forms are converted to these here.

use super::Encoding;

/// The value of a missing number. Always this NaN, so that two missing pixels have the same bits.
pub const MISSING: f32 = f32::NAN;

/// Renderers write this magnitude or more for pixels without a surface.
const NOTHING: f32 = 1e9;

/// `value`, or `None` if it is missing: not finite, or of a magnitude of 1e9 or more, which renderers write for pixels
/// without a surface.
pub(super) fn known_number(value: f32) -> Option<f32> {
    (value.is_finite() && value.abs() < NOTHING).then_some(value)
}

/// `id` if it is from 0 to `classes - 1`, else `missing`.
pub fn class_or_missing(id: i32, classes: usize, missing: i32) -> i32 {
    match usize::try_from(id) {
        Ok(index) if index < classes => id,
        _ => missing,
    }
}

/// Sets all channels of the pixels for which `is_missing` returns true to [`MISSING`].
///
/// `planes` has one plane of `pixels` values per channel; `is_missing` gets `planes` and the index of a pixel.
pub fn mark_missing(planes: &mut [f32], pixels: usize, is_missing: impl Fn(&[f32], usize) -> bool) {
    for pixel in 0..pixels {
        if is_missing(planes, pixel) {
            let channels = planes[pixel..].iter_mut().step_by(pixels);
            channels.for_each(|value| *value = MISSING);
        }
    }
}

/// Sets all channels of the pixels that have no value under this encoding (see [`Encoding::is_present`]) to
/// [`MISSING`]. `planes` is as for [`mark_missing`].
pub fn canonicalise(planes: &mut [f32], pixels: usize, encoding: &Encoding) {
    mark_missing(planes, pixels, |planes, pixel| {
        !encoding.is_present(planes[pixel..].iter().step_by(pixels).copied())
    });
}

/// Like [`canonicalise`], and normalises directions to unit length.
pub(super) fn normalise(planes: &mut [f32], pixels: usize, encoding: &Encoding) {
    let mut squared = vec![0.0; pixels];
    for plane in planes.chunks_exact(pixels) {
        squared
            .iter_mut()
            .zip(plane)
            .for_each(|(sum, value)| *sum += value * value);
    }
    // NaN and infinity propagate to the sum, and from there to all channels.
    for factor in &mut squared {
        *factor = match encoding {
            Encoding::Direction if *factor >= Encoding::MIN_SQUARED_LENGTH => factor.sqrt().recip(),
            Encoding::Direction => MISSING,
            _ if factor.is_finite() => 1.0,
            _ => MISSING,
        };
        if *factor == 0.0 {
            *factor = MISSING;
        }
    }
    for plane in planes.chunks_exact_mut(pixels) {
        plane
            .iter_mut()
            .zip(&squared)
            .for_each(|(value, factor)| *value *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_that_lacks_one_channel_lacks_all() {
        let depth = Encoding::Reciprocal { half: 3.0 };
        let mut planes = [1.0, f32::INFINITY, 2.0, 3.0, 4.0, f32::NAN];
        canonicalise(&mut planes, 3, &depth);
        let missing = planes.map(f32::is_nan);
        assert_eq!(missing, [false, true, true, false, true, true]);
        let mut normals = [0.0, 0.0, 0.0, 2.0, 0.0, 0.0];
        normalise(&mut normals, 2, &Encoding::Direction);
        assert!(normals[0].is_nan() && normals[4].is_nan());
        assert_eq!(normals[3], 1.0);
    }

    #[test]
    fn renderers_write_nothing_as_a_large_number() {
        assert_eq!(known_number(9.9e8), Some(9.9e8));
        for value in [1e9, -1e10, f32::NAN, f32::INFINITY] {
            assert_eq!(known_number(value), None);
        }
        assert_eq!(class_or_missing(2, 3, 255), 2);
        assert_eq!(class_or_missing(3, 3, 255), 255);
        assert_eq!(class_or_missing(-1, 3, 255), 255);
    }
}
