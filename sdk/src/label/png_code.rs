//! How whole numbers in a PNG file stand for physical values.

use serde::{Deserialize, Serialize};

/// The code of a label's PNG files: `value = (number - zero) * scale`, or class id = `number - zero`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PngCode {
    /// Bits a channel, 8 or 16.
    pub bits: u8,
    /// The number that stands for zero (or for class 0).
    pub zero: f32,
    /// Physical units a step; 1 for class ids.
    pub scale: f32,
    /// A pixel is missing when all of its channels hold this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u16>,
    /// Curve applied to the scaled value.
    #[serde(default)]
    pub transfer: Transfer,
}

/// The curve between a stored value and a linear one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// Stored as it is.
    #[default]
    Linear,
    /// Stored with the sRGB curve (IEC 61966-2-1).
    Srgb,
}

impl Transfer {
    /// The linear value of a stored one.
    pub fn to_linear(self, value: f32) -> f32 {
        match self {
            Self::Linear => value,
            Self::Srgb if value <= 0.040_45 => value / 12.92,
            Self::Srgb => ((value + 0.055) / 1.055).powf(2.4),
        }
    }
}

impl PngCode {
    /// The physical value of a stored number.
    pub fn decode(&self, number: u16) -> f32 {
        self.transfer
            .to_linear((f32::from(number) - self.zero) * self.scale)
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if !matches!(self.bits, 8 | 16) {
            return Err(format!("PNG files have 8 or 16 bits, not {}", self.bits));
        }
        if !(self.zero.is_finite() && self.scale.is_finite() && self.scale != 0.0) {
            return Err("the PNG code's zero and scale must be finite, scale not 0".into());
        }
        Ok(())
    }
}
