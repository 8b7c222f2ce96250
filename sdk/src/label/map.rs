//! The values of one label over one picture, in physical units.

use ndarray::{Array2, Array3, Axis};

use super::{Encoding, Label, Values};

/// The values of one label over one picture, row 0 at the top.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelMap {
    /// Class ids `[height, width]`; an id outside the label's classes is missing.
    Classes(Array2<i32>),
    /// Physical values `[channels, height, width]`; a pixel with a value that is not finite is missing.
    Values(Array3<f32>),
}

impl LabelMap {
    /// A map on which nothing is known.
    pub fn missing(label: &Label, width: usize, height: usize) -> Self {
        match &label.values {
            Values::Categorical { missing, .. } => {
                Self::Classes(Array2::from_elem((height, width), *missing))
            }
            Values::Continuous { channels, .. } => {
                Self::Values(Array3::from_elem((*channels, height, width), f32::NAN))
            }
        }
    }

    /// A map of values `[channels, height, width]` as they come from a file: a pixel that lacks one channel
    /// lacks all, and directions are brought to unit length.
    pub fn settled(mut values: Array3<f32>, encoding: &Encoding) -> Self {
        if values.dim().0 > 1 {
            settle(&mut values, encoding);
        }
        Self::Values(values)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::Classes(ids) => (ids.ncols(), ids.nrows()),
            Self::Values(values) => {
                let (_, height, width) = values.dim();
                (width, height)
            }
        }
    }
}

fn settle(values: &mut Array3<f32>, encoding: &Encoding) {
    for mut pixel in values.lanes_mut(Axis(0)) {
        let squared: f32 = pixel.iter().map(|value| value * value).sum();
        // NaN and infinity carry over into the sum.
        let factor = match encoding {
            Encoding::Direction if squared < Encoding::MIN_SQUARED_LENGTH => f32::NAN,
            Encoding::Direction if squared.is_finite() => squared.sqrt().recip(),
            _ if squared.is_finite() => continue,
            _ => f32::NAN,
        };
        pixel.mapv_inplace(|value| value * factor);
    }
}
