//! How integers in a PNG file encode physical values.

use serde::{Deserialize, Serialize};

use super::{Axes, Encoding};

/// How PNG files of a label encode its values: `value = (number - zero) * scale`, then the [`transfer`](Self::transfer)
/// curve. A class id is `number - zero`. Then [`arrange`](Self::arrange) brings the channels of a pixel into the order
/// of the label.
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
    /// The axes of directions in the files.
    #[serde(default, skip_serializing_if = "Axes::is_ours")]
    pub axes: Axes,
    /// Whether the channels of a pixel are in any order, and the label's are sorted, largest first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsorted: bool,
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
    /// A code without missing values, with linear numbers.
    pub fn linear(bits: u8, zero: f32, scale: f32) -> Self {
        Self {
            bits,
            zero,
            scale,
            missing: None,
            transfer: Transfer::Linear,
            axes: Axes::OURS,
            unsorted: false,
        }
    }

    /// Sets the number of a missing pixel.
    #[must_use]
    pub fn with_missing(self, number: impl Into<Option<u16>>) -> Self {
        Self {
            missing: number.into(),
            ..self
        }
    }

    /// Brings the decoded planes of a file, of `pixels` values each, into the order of the label's channels: turns
    /// directions to the label's axes, sorts what is [`unsorted`](Self::unsorted).
    pub fn arrange(&self, planes: &mut [f32], pixels: usize) {
        let channels = planes.len().checked_div(pixels).unwrap_or(0);
        if channels == 3 && !self.axes.is_ours() {
            for pixel in 0..pixels {
                let at = [pixel, pixel + pixels, pixel + 2 * pixels];
                let ours = self.axes.to_ours(at.map(|place| planes[place]));
                at.into_iter()
                    .zip(ours)
                    .for_each(|(place, value)| planes[place] = value);
            }
        }
        if self.unsorted {
            let mut values = vec![0.0; channels];
            for pixel in 0..pixels {
                let places = (0..channels).map(|channel| channel * pixels + pixel);
                for (value, place) in values.iter_mut().zip(places.clone()) {
                    *value = planes[place];
                }
                values.sort_by(|a, b| b.total_cmp(a));
                for (value, place) in values.iter().zip(places) {
                    planes[place] = *value;
                }
            }
        }
    }

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

    /// Checks the code of a label with an encoding (`None`: a categorical one) and a number of channels.
    pub(super) fn validate(
        &self,
        encoding: Option<Encoding>,
        channels: usize,
    ) -> Result<(), String> {
        if !matches!(self.bits, 8 | 16) {
            return Err(format!("PNG files have 8 or 16 bits, not {}", self.bits));
        }
        if !(self.zero.is_finite() && self.scale.is_finite() && self.scale != 0.0) {
            return Err("the PNG code's zero and scale must be finite, scale not 0".into());
        }
        let is_direction = encoding == Some(Encoding::Direction) && channels == 3;
        if !self.axes.is_ours() && !is_direction {
            return Err("only directions of three channels have `axes`".into());
        }
        if self.unsorted && (is_direction || encoding.is_none() || channels < 2) {
            return Err("only numbers of several channels can be `unsorted`".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    #[test]
    fn channels_are_brought_into_the_order_of_the_label() {
        let mut normals = Label::normals().png.unwrap();
        normals.axes = "right,down,away".parse().unwrap();
        let mut planes = [1.0, 2.0, 3.0, f32::NAN, 5.0, 6.0];
        normals.arrange(&mut planes, 2);
        assert_eq!([planes[0], planes[2], planes[4]], [1.0, -3.0, -5.0]);
        assert!(planes[3].is_nan() && planes[5] == -6.0);
        let curvature = Label::curvature().png.unwrap();
        let mut planes = [-9.0, 2.0, 4.0, 3.0, -1.0, 4.0];
        curvature.arrange(&mut planes, 3);
        assert_eq!(planes, [3.0, 2.0, 4.0, -9.0, -1.0, 4.0]);
        curvature.arrange(&mut [], 0);
    }

    #[test]
    fn axes_and_order_are_for_labels_that_have_them() {
        let with = |label: Label, change: &dyn Fn(&mut PngCode)| {
            let mut code = label.png.unwrap();
            change(&mut code);
            label.with_png(code).validate()
        };
        let turn = |code: &mut PngCode| code.axes = Axes::IMAGE;
        assert!(with(Label::normals(), &turn).is_ok());
        for label in [Label::albedo(), Label::curvature(), Label::semantics(["a"])] {
            let error = with(label, &turn).unwrap_err().to_string();
            assert!(error.contains("`axes`"), "{error}");
        }
        let unsort = |code: &mut PngCode| code.unsorted = true;
        assert!(with(Label::curvature(), &unsort).is_ok());
        for label in [Label::normals(), Label::depth(), Label::semantics(["a"])] {
            let error = with(label, &unsort).unwrap_err().to_string();
            assert!(error.contains("`unsorted`"), "{error}");
        }
    }

    #[test]
    fn json_without_axes_means_ours_and_wrong_axes_are_an_error() {
        let read = |text: &str| serde_json::from_str::<PngCode>(text);
        let plain =
            r#"{"bits": 8, "zero": 127.0, "scale": 0.01, "missing": 128, "transfer": "linear"}"#;
        let code = read(plain).unwrap();
        assert!(code.axes.is_ours() && !code.unsorted);
        let written = serde_json::to_string(&code).unwrap();
        assert!(!written.contains("axes") && !written.contains("unsorted"));
        let turned = plain.replace('}', r#", "axes": "right,down,away"}"#);
        let code = read(&turned).unwrap();
        assert_eq!(code.axes, Axes::IMAGE);
        assert_eq!(read(&serde_json::to_string(&code).unwrap()).unwrap(), code);
        for wrong in [
            r#""right,down,down""#,
            r#""""#,
            "3",
            "null",
            r#"["right", "down", "away"]"#,
        ] {
            let text = plain.replace('}', &format!(r#", "axes": {wrong}}}"#));
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
