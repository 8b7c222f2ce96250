//! The representation of missing values: [`MISSING`] in every channel of a pixel, or the label's missing class id. All
//! other forms are converted to these here.

use super::Encoding;

/// The value of a missing number. Always this NaN, so that two missing pixels have the same bits.
pub const MISSING: f32 = f32::NAN;

/// A number of this magnitude or more is missing, whatever its label. Programs that cannot be trusted with NaN, such as
/// shaders, write 3e38 in its place.
pub const LEAST_MISSING: f32 = 1e30;

/// Renderers write this magnitude or more for pixels without a surface: 1e10 in Blender, 1e30 in Arnold, 1e38 in
/// RenderMan, the largest float.
pub const NOTHING: f32 = 1e8;

/// The largest half float.
const LARGEST_HALF: f32 = 65_504.0;

/// `value`, or `None` if it is missing: not finite, or of a magnitude of 1e8 or more, which renderers write for pixels
/// without a surface.
pub(super) fn known_number(value: f32) -> Option<f32> {
    (value.is_finite() && value.abs() < NOTHING).then_some(value)
}

/// A value that was stored as a half float, or [`MISSING`] at the limit of half floats: all that is too large for them
/// is stored so, as the sky is.
pub fn half_or_missing(value: f32) -> f32 {
    if value.abs() >= LARGEST_HALF {
        MISSING
    } else {
        value
    }
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
    if *encoding != Encoding::Direction {
        return canonicalise(planes, pixels, encoding);
    }
    let mut squared = vec![0.0; pixels];
    for plane in planes.chunks_exact(pixels) {
        squared
            .iter_mut()
            .zip(plane)
            .for_each(|(sum, value)| *sum += value * value);
    }
    // NaN and infinity propagate to the sum, and from there to all channels.
    for factor in &mut squared {
        *factor = match *factor >= Encoding::MIN_SQUARED_LENGTH {
            true => factor.sqrt().recip(),
            false => MISSING,
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

    /// A surface is in front of the camera, and nothing is 100,000 km away.
    #[test]
    fn distances_are_positive() {
        let depth = Encoding::Reciprocal { half: 3.0 };
        let mut planes = [0.0, -0.0, -1.0, 1e-6, 655.04, 1e8, f32::MAX];
        normalise(&mut planes, 7, &depth);
        let missing = planes.map(f32::is_nan);
        assert_eq!(missing, [true, true, true, false, false, true, true]);
        // Other numbers may be anything.
        let any = Encoding::Affine {
            scale: 1.0,
            bias: 0.0,
        };
        let mut planes = [0.0, -1.0, f32::INFINITY];
        normalise(&mut planes, 3, &any);
        assert_eq!(planes.map(f32::is_nan), [false, false, true]);
    }

    #[test]
    fn renderers_write_nothing_as_a_large_number() {
        assert_eq!(known_number(9.9e7), Some(9.9e7));
        for value in [1e8, 1e9, -1e10, f32::MAX, f32::NAN, f32::INFINITY] {
            assert_eq!(known_number(value), None);
        }
        assert_eq!(half_or_missing(65_472.0), 65_472.0);
        for value in [65_504.0, -65_504.0, f32::INFINITY, f32::NAN] {
            assert!(half_or_missing(value).is_nan());
        }
        assert_eq!(class_or_missing(2, 3, 255), 2);
        assert_eq!(class_or_missing(3, 3, 255), 255);
        assert_eq!(class_or_missing(-1, 3, 255), 255);
    }
}
