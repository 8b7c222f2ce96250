//! The values of one label over one picture, in physical units.

use ndarray::{Array2, Array3};

use super::{Label, Values};

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
