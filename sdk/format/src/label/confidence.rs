//! Confidence: how far the value of a label at a pixel can be relied on, from 0 to 1. A model that takes confidences
//! multiplies the encoded value and the presence channel by it, so 0 is the same as a missing value, and 1 the same as no
//! confidence.

/// The confidence of a value without one.
pub const CERTAIN: f32 = 1.0;

/// A confidence from any number: NaN and what is not above 0 count as 0, what is above 1 as 1. Never -0, so that equal
/// confidences have equal bits.
pub fn confidence(number: f32) -> f32 {
    // False for NaN.
    if number > 0.0 {
        number.min(CERTAIN)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_a_confidence() {
        for (number, expected) in [
            (0.25, 0.25f32),
            (1.0, 1.0),
            (1.5, 1.0),
            (f32::INFINITY, 1.0),
            (0.0, 0.0),
            (-0.0, 0.0),
            (-3.0, 0.0),
            (f32::NEG_INFINITY, 0.0),
            (f32::NAN, 0.0),
        ] {
            let clean = confidence(number);
            assert_eq!(clean.to_bits(), expected.to_bits(), "{number}");
        }
    }
}
