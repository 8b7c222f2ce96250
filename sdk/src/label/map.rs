//! The values of one label over one picture, in physical units.

use ndarray::{Array2, Array3};

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
    pub fn settled(values: Array3<f32>, encoding: &Encoding) -> Self {
        let (channels, height, width) = values.dim();
        let mut values = match values.is_standard_layout() {
            true => values,
            false => values.as_standard_layout().into_owned(),
        };
        if channels > 1 && !values.is_empty() {
            let planes = values.as_slice_mut().expect("in C order");
            settle(planes, height * width, encoding);
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

fn settle(planes: &mut [f32], pixels: usize, encoding: &Encoding) {
    let mut squared = vec![0.0; pixels];
    for plane in planes.chunks_exact(pixels) {
        squared
            .iter_mut()
            .zip(plane)
            .for_each(|(sum, value)| *sum += value * value);
    }
    // NaN and infinity carry over into the sum, and from there into all channels.
    for factor in &mut squared {
        *factor = match encoding {
            Encoding::Direction if *factor >= Encoding::MIN_SQUARED_LENGTH => factor.sqrt().recip(),
            Encoding::Direction => f32::NAN,
            _ if factor.is_finite() => 1.0,
            _ => f32::NAN,
        };
        if *factor == 0.0 {
            *factor = f32::NAN;
        }
    }
    for plane in planes.chunks_exact_mut(pixels) {
        plane
            .iter_mut()
            .zip(&squared)
            .for_each(|(value, factor)| *value *= factor);
    }
}
