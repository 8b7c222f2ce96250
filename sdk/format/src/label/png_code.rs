//! How integers in a PNG file encode physical values.

use serde::{Deserialize, Serialize};

/// How PNG files of a label encode its values: `value = (number - zero) * scale`, then the [`transfer`](Self::transfer)
/// curve. A class id is `number - zero`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PngCode {
    /// Bits per channel, 8 or 16.
    pub bits: u8,
    /// The number that means 0 (or class 0).
    pub zero: f32,
    /// Physical units per step, not 0; ignored for class ids.
    pub scale: f32,
    /// A pixel is missing if all of its channels hold this number. `None`: every pixel has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u16>,
    /// The curve applied to the scaled value.
    #[serde(default)]
    pub transfer: Transfer,
}

/// The curve between a stored value and a linear one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// Stored linearly.
    #[default]
    Linear,
    /// Stored with the sRGB curve (IEC 61966-2-1).
    Srgb,
}

impl Transfer {
    /// Converts a stored value to a linear one.
    pub fn to_linear(self, value: f32) -> f32 {
        match self {
            Self::Linear => value,
            Self::Srgb if value <= 0.040_45 => value / 12.92,
            Self::Srgb => ((value + 0.055) / 1.055).powf(2.4),
        }
    }

    /// Converts a linear value to a stored one.
    pub fn from_linear(self, value: f32) -> f32 {
        match self {
            Self::Linear => value,
            Self::Srgb if value <= 0.003_130_8 => value * 12.92,
            Self::Srgb => 1.055 * value.powf(1.0 / 2.4) - 0.055,
        }
    }
}

impl PngCode {
    /// The physical value of a stored number. Does not check for [`missing`](Self::missing).
    pub fn decode(&self, number: u16) -> f32 {
        self.transfer
            .to_linear((f32::from(number) - self.zero) * self.scale)
    }

    /// The stored number nearest to a physical value. NaN and infinity become [`missing`](Self::missing), or 0 without
    /// one.
    pub fn encode(&self, value: f32) -> u16 {
        if !value.is_finite() {
            return self.missing.unwrap_or(0);
        }
        let highest = if self.bits == 8 { 255.0 } else { 65_535.0 };
        let number = self.transfer.from_linear(value) / self.scale + self.zero;
        number.round().clamp(0.0, highest) as u16
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

#[cfg(test)]
mod tests {
    use crate::label::Label;

    #[test]
    fn every_number_survives_decoding_and_encoding() {
        for label in Label::built_in(["wall"]) {
            let code = label.png.unwrap();
            let highest = if code.bits == 8 { 255 } else { u16::MAX };
            for number in 0..=highest {
                assert_eq!(code.encode(code.decode(number)), number, "{}", label.name);
            }
        }
        let depth = Label::depth().png.unwrap();
        assert_eq!(depth.encode(f32::NAN), 65_535);
        assert_eq!(depth.encode(1e6), 65_535);
        assert_eq!(depth.encode(-1.0), 0);
    }
}
