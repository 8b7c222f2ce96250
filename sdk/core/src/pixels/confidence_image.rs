//! The confidence of a label in a renderer's format.

use multicond_format::label::{CERTAIN, confidence};

use super::{Component, Image, decode::each, image::Rows};
use crate::{
    error::{Error, Result},
    label::Label,
};

/// The confidence of each pixel of a label, from 0 (as if the label were missing there) to 1 (as without a confidence): the
/// first channel of an image. 8-bit and 16-bit unsigned integers are divided by their largest value; half and single
/// precision floats stand for themselves, NaN and what is below 0 for 0, what is above 1 for 1.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConfidenceImage<'a> {
    /// The pixels.
    pub image: Image<'a>,
    /// Whether it is a mask of 8-bit integers, in which every number but 0 is a confidence of 1.
    pub is_mask: bool,
}

impl<'a> ConfidenceImage<'a> {
    /// An image of confidences.
    pub fn new(image: Image<'a>) -> Self {
        Self {
            image,
            is_mask: false,
        }
    }

    /// A mask of 8-bit integers: 0 where the label is as good as missing, any other number where it is certain.
    pub fn mask(image: Image<'a>) -> Self {
        Self {
            image,
            is_mask: true,
        }
    }

    /// Checks the format.
    ///
    /// # Errors
    /// When the numbers are 32-bit integers, or those of a mask not 8-bit ones.
    pub fn check(&self, label: &Label) -> Result<()> {
        let format = self.image.format();
        let fail = |reason| Err(Error::label(&label.name, reason));
        match format.component {
            Component::U8 => Ok(()),
            _ if self.is_mask => fail(format!("a confidence mask of {format}, expected u8")),
            Component::U16 | Component::F16 | Component::F32 => Ok(()),
            Component::I32 => fail(format!(
                "a confidence of {format}, expected u8, u16, f16 or f32"
            )),
        }
    }
}

/// Reads confidences row by row.
pub(crate) struct ConfidenceDecoder<'a> {
    rows: Rows<'a>,
    is_mask: bool,
}

impl<'a> ConfidenceDecoder<'a> {
    /// An image on a GPU is copied to `scratch`.
    pub(crate) fn new(source: ConfidenceImage<'a>, scratch: &'a mut Vec<u8>) -> Result<Self> {
        Ok(Self {
            rows: source.image.on_host(scratch)?,
            is_mask: source.is_mask,
        })
    }

    /// Writes row `y` to `out`, from 0 to 1.
    pub(crate) fn row(&self, y: usize, out: &mut [f32]) {
        let top = f64::from(self.rows.format.component.top());
        let mut out = out.iter_mut();
        each(&self.rows, y, 0, |number| {
            let Some(out) = out.next() else {
                return;
            };
            *out = match self.is_mask {
                true if number != 0.0 => CERTAIN,
                true => 0.0,
                // In double precision, so that the largest integer is exactly 1.
                false => confidence((number / top) as f32),
            };
        });
    }
}

#[cfg(test)]
mod tests {
    use half::f16;

    use super::*;
    use crate::pixels::{Channels, Format, Layout};

    fn row(bytes: &[u8], component: Component, count: usize, is_mask: bool) -> Vec<f32> {
        let format = Format::new(component, Channels::R);
        let image = Image::new(bytes, format, Layout::new(count, 1)).unwrap();
        let source = ConfidenceImage { image, is_mask };
        source.check(&Label::depth()).unwrap();
        let (mut scratch, mut out) = (Vec::new(), vec![9.0; count]);
        let decoder = ConfidenceDecoder::new(source, &mut scratch).unwrap();
        decoder.row(0, &mut out);
        out
    }

    #[test]
    fn every_format() {
        let bytes = [0, 51, 255];
        assert_eq!(row(&bytes, Component::U8, 3, false), [0.0, 0.2, 1.0]);
        assert_eq!(row(&bytes, Component::U8, 3, true), [0.0, 1.0, 1.0]);
        let words: Vec<u8> = [0u16, 13_107, 65_535]
            .iter()
            .flat_map(|word| word.to_ne_bytes())
            .collect();
        assert_eq!(row(&words, Component::U16, 3, false), [0.0, 0.2, 1.0]);
        let numbers = [-0.0, 0.25, 2.0, f32::NAN, -1.0, f32::INFINITY];
        let expected = [0.0f32, 0.25, 1.0, 0.0, 0.0, 1.0].map(f32::to_bits);
        let floats: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
        let halves = numbers.iter().map(|&number| f16::from_f32(number));
        let halves: Vec<u8> = halves.flat_map(|half| half.to_ne_bytes()).collect();
        for (bytes, component) in [(floats, Component::F32), (halves, Component::F16)] {
            let made = row(&bytes, component, 6, false);
            assert!(made.iter().map(|c| c.to_bits()).eq(expected), "{made:?}");
        }
    }

    #[test]
    fn other_formats_are_refused() {
        let bytes = [0; 4];
        let image = |component, count| {
            let format = Format::new(component, Channels::R);
            Image::new(&bytes, format, Layout::new(count, 1)).unwrap()
        };
        let refused = |source: ConfidenceImage<'_>| {
            let error = source.check(&Label::depth()).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            refused(ConfidenceImage::new(image(Component::I32, 1))),
            "label `depth`: a confidence of R of i32, expected u8, u16, f16 or f32"
        );
        assert_eq!(
            refused(ConfidenceImage::mask(image(Component::F16, 2))),
            "label `depth`: a confidence mask of R of f16, expected u8"
        );
    }
}
