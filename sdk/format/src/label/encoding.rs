//! Encodings: how a value in physical units becomes network input.
//!
//! The model graph contains these formulas; the functions here are for training.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{LEAST_MISSING, NOTHING};

/// The formula that turns a physical value `v` into network input, the same for every channel.
///
/// A missing value is zero in all channels *after* encoding, so the formulas keep common values away from zero where
/// they can.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Encoding {
    /// `clip(scale * v + bias, -1, 1)`.
    Affine {
        /// Factor, in 1 / unit.
        scale: f32,
        /// Added after scaling.
        bias: f32,
    },
    /// For distances: `2 v / (v + half) - 1`, -1 at zero, 0 at `half`, towards 1 at infinity. A distance of zero or
    /// less, or of 1e8 or more, is missing: nothing is seen behind the camera or so far away.
    Reciprocal {
        /// The value that becomes zero, in the label's unit.
        half: f32,
    },
    /// `2 clip(v, 0, 1)^exponent - 1`, for linear light.
    Power {
        /// The exponent, for example 1/2.2.
        exponent: f32,
    },
    /// `v`, a component of a unit vector. A vector of zero length is missing.
    Direction,
}

impl Encoding {
    /// Squared length below which a direction is missing.
    pub const MIN_SQUARED_LENGTH: f32 = 1e-12;

    /// Whether a pixel with these channels has a value: all are numbers of a magnitude below [`LEAST_MISSING`], a direction
    /// is not of zero length, and a distance is of a surface that can be seen.
    pub fn is_present(&self, pixel: impl IntoIterator<Item = f32>) -> bool {
        let mut squared_length = 0.0;
        for value in pixel {
            let is_known = match self {
                Self::Reciprocal { .. } => value > 0.0 && value < NOTHING,
                _ => value.abs() < LEAST_MISSING,
            };
            // NaN is not known either.
            if !is_known {
                return false;
            }
            squared_length += value * value;
        }
        *self != Self::Direction || squared_length >= Self::MIN_SQUARED_LENGTH
    }

    /// The network input for one value that is not missing.
    pub fn encode(&self, value: f32) -> f32 {
        match *self {
            Self::Affine { scale, bias } => (scale * value + bias).clamp(-1.0, 1.0),
            Self::Reciprocal { half } => 1.0 - 2.0 * half / (value.max(0.0) + half),
            Self::Power { exponent } => 2.0 * value.clamp(0.0, 1.0).powf(exponent) - 1.0,
            Self::Direction => value,
        }
    }

    /// The value that [`encode`](Self::encode) makes `encoded` of; where several do, one of them. Not finite where none
    /// does.
    pub fn decode(&self, encoded: f32) -> f32 {
        match *self {
            Self::Affine { scale, bias } => (encoded - bias) / scale,
            Self::Reciprocal { half } => half * (1.0 + encoded) / (1.0 - encoded),
            Self::Power { exponent } => ((encoded + 1.0) / 2.0).powf(1.0 / exponent),
            Self::Direction => encoded,
        }
    }

    pub(super) fn validate(&self, channels: usize) -> Result<(), String> {
        match *self {
            Self::Affine { scale, bias } if !(scale.is_finite() && bias.is_finite()) => {
                Err("the encoding's scale and bias must be finite".into())
            }
            Self::Reciprocal { half } if !(half.is_finite() && half > 0.0) => {
                Err("the encoding's `half` must be positive".into())
            }
            Self::Power { exponent } if !(exponent.is_finite() && exponent > 0.0) => {
                Err("the encoding's exponent must be positive".into())
            }
            Self::Direction if channels < 2 => {
                Err("a direction needs at least two channels".into())
            }
            _ => Ok(()),
        }
    }
}

/// The formula.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Affine { scale, bias } => write!(f, "clip({scale} v + {bias}, -1, 1)"),
            Self::Reciprocal { half } => write!(f, "2 v / (v + {half}) - 1"),
            Self::Power { exponent } => write!(f, "2 clip(v, 0, 1)^{exponent} - 1"),
            Self::Direction => write!(f, "v"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas() {
        let edges = Encoding::Affine {
            scale: 2.0,
            bias: -1.0,
        };
        assert_eq!(edges.encode(0.25), -0.5);
        assert_eq!(edges.encode(7.0), 1.0);
        let depth = Encoding::Reciprocal { half: 2.0 };
        assert_eq!(depth.encode(0.0), -1.0);
        assert_eq!(depth.encode(2.0), 0.0);
        assert_eq!(depth.encode(-3.0), -1.0);
        assert_eq!(depth.encode(f32::MAX), 1.0);
        assert_eq!(Encoding::Power { exponent: 0.5 }.encode(0.25), 0.0);
    }

    #[test]
    fn decoding_inverts() {
        let affine = Encoding::Affine {
            scale: 2.0,
            bias: -1.0,
        };
        let power = Encoding::Power { exponent: 0.4 };
        for encoding in [
            affine,
            power,
            Encoding::Reciprocal { half: 3.0 },
            Encoding::Direction,
        ] {
            for encoded in [-0.9, -0.2, 0.0, 0.5, 0.9] {
                let again = encoding.encode(encoding.decode(encoded));
                assert!((again - encoded).abs() < 1e-6, "{encoding}: {encoded}");
            }
        }
    }

    #[test]
    fn presence() {
        assert!(!Encoding::Direction.is_present([0.0, 0.0, 0.0]));
        assert!(Encoding::Direction.is_present([0.0, 0.0, 1.0]));
        let edges = Encoding::Affine {
            scale: 2.0,
            bias: -1.0,
        };
        assert!(edges.is_present([0.0]));
        assert!(!edges.is_present([f32::NAN]));
        assert!(!edges.is_present([1.0, f32::INFINITY]));
        let depth = Encoding::Reciprocal { half: 3.0 };
        assert!(depth.is_present([0.01]) && depth.is_present([9e7]));
        assert!(
            [0.0, -2.0, 1e8, f32::NAN]
                .iter()
                .all(|&d| !depth.is_present([d]))
        );
        assert!(!edges.is_present([3e38]) && !edges.is_present([-1e30, 0.0]));
        assert!(edges.is_present([9.9e29]));
    }
}
