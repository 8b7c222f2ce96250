//! The values of one label for one picture, in physical units.

use ndarray::{Array2, Array3, Zip};

use super::{
    Label, MISSING,
    missing::{class_or_missing, known_number, normalise},
};
use crate::error::{Error, Result};

/// The values of one label for one picture, row 0 at the top.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelMap {
    /// Class ids `[height, width]`; an id outside the label's classes is missing.
    Classes(Array2<i32>),
    /// Physical values `[channels, height, width]`. A pixel with a value that is not finite, or of a magnitude of 1e30 or
    /// more, is missing, and so is a distance (a label with the encoding `reciprocal`) of zero or less, or of 1e8 or more.
    Values(Array3<f32>),
}

impl LabelMap {
    /// A map in which every pixel is missing.
    pub fn missing(label: &Label, width: usize, height: usize) -> Self {
        match label.missing_class() {
            Some(missing) => Self::Classes(Array2::from_elem((height, width), missing)),
            None => Self::Values(Array3::from_elem(
                (label.channels(), height, width),
                MISSING,
            )),
        }
    }

    /// A map from numbers `[channels, height, width]` as renderers write them: physical values or class ids. Numbers
    /// that are not finite or have a magnitude of 1e8 or more are missing, and distances of zero or less. Directions are
    /// normalised to unit length.
    ///
    /// # Errors
    /// When a number is not one of the label's class ids: the pixel `(x, y)` and the reason.
    pub fn from_numbers(
        label: &Label,
        numbers: Array3<f32>,
    ) -> Result<Self, ((usize, usize), String)> {
        let (Some(classes), Some(missing)) = (label.classes(), label.missing_class()) else {
            let values = numbers.mapv_into(|number| known_number(number).unwrap_or(MISSING));
            return Ok(Self::normalised(label, values));
        };
        let (_, height, width) = numbers.dim();
        let mut ids = Array2::from_elem((height, width), missing);
        for ((_, y, x), &number) in numbers.indexed_iter() {
            ids[[y, x]] =
                class_id(number, classes.len(), missing).map_err(|reason| ((x, y), reason))?;
        }
        Ok(Self::Classes(ids))
    }

    /// A map from physical values `[channels, height, width]`. A pixel with one missing channel becomes missing in all
    /// channels, distances of zero or less become missing, and directions are normalised to unit length.
    pub fn normalised(label: &Label, values: Array3<f32>) -> Self {
        let (_, height, width) = values.dim();
        let mut values = match values.is_standard_layout() {
            true => values,
            false => values.as_standard_layout().into_owned(),
        };
        if let Some(encoding) = label.encoding()
            && !values.is_empty()
        {
            let planes = values.as_slice_mut().expect("in C order");
            normalise(planes, height * width, &encoding);
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

    /// Checks that the map fits the label.
    ///
    /// # Errors
    /// When it holds class ids but the label is continuous, or the other way round, or the number of channels differs.
    pub fn check(&self, label: &Label) -> Result<()> {
        let (channels, is_categorical) = (label.channels(), label.classes().is_some());
        let reason = match self {
            Self::Classes(_) if is_categorical => return Ok(()),
            Self::Classes(_) => "class ids, expected physical values".into(),
            Self::Values(_) if is_categorical => "physical values, expected class ids".into(),
            Self::Values(values) if values.dim().0 == channels => return Ok(()),
            Self::Values(values) => format!("{} channels, expected {channels}", values.dim().0),
        };
        Err(Error::label(&label.name, reason))
    }

    /// Makes the chosen pixels missing.
    ///
    /// # Panics
    /// When `chosen`, which is `[height, width]`, does not have the map's size.
    pub fn erase(&mut self, label: &Label, chosen: &Array2<bool>) {
        match self {
            Self::Classes(ids) => {
                // Only categorical labels have class ids, and for any of them -1 is missing.
                let missing = label.missing_class().unwrap_or(-1);
                Zip::from(ids).and(chosen).for_each(|id, &is_chosen| {
                    if is_chosen {
                        *id = missing;
                    }
                });
            }
            Self::Values(values) => {
                for plane in values.outer_iter_mut() {
                    Zip::from(plane).and(chosen).for_each(|value, &is_chosen| {
                        if is_chosen {
                            *value = MISSING;
                        }
                    });
                }
            }
        }
    }

    /// The share of the pixels that have a value, from 0 to 1; 0 for a map without pixels.
    pub fn known_share(&self, label: &Label) -> f64 {
        let (width, height) = self.size();
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let known = pixels.filter(|&pixel| self.is_known(label, pixel)).count();
        known as f64 / (width * height).max(1) as f64
    }

    /// Whether the label has a value at a pixel `(x, y)` of the map.
    ///
    /// # Panics
    /// When the pixel is outside the map.
    pub fn is_known(&self, label: &Label, (x, y): (usize, usize)) -> bool {
        match self {
            Self::Classes(ids) => class_or_missing(ids[[y, x]], label.class_count(), -1) >= 0,
            Self::Values(values) => {
                let pixel = (0..values.dim().0).map(|channel| values[[channel, y, x]]);
                match label.encoding() {
                    Some(encoding) => encoding.is_present(pixel),
                    None => false,
                }
            }
        }
    }
}

/// Converts a number to a class id or the missing id.
fn class_id(number: f32, classes: usize, missing: i32) -> Result<i32, String> {
    let Some(number) = known_number(number).filter(|&number| number != missing as f32) else {
        return Ok(missing);
    };
    if number.fract() != 0.0 {
        return Err(format!("class id {number} is not a whole number"));
    }
    // In range of i32, because `known_number` limits it.
    let id = number as i32;
    match usize::try_from(id) {
        Ok(index) if index < classes => Ok(id),
        _ => Err(format!(
            "class id {id}, expected 0 to {} (or {missing} for missing)",
            classes - 1
        )),
    }
}
