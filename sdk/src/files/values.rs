//! From numbers in physical units, as EXR and npy files hold them, to a label map.

use std::path::Path;

use ndarray::{Array2, Array3};

use crate::{
    error::{Error, Result},
    label::{Label, LabelMap, Values, is_class},
};

/// Magnitudes from here on mean "nothing here" in renderers' files.
const NOTHING: f32 = 1e9;

/// A label map from numbers `[channels, height, width]`; class ids must be whole numbers.
pub(super) fn label_map(path: &Path, label: &Label, values: Array3<f32>) -> Result<LabelMap> {
    match &label.values {
        Values::Categorical { classes, missing } => {
            let (_, height, width) = values.dim();
            let mut ids = Array2::from_elem((height, width), *missing);
            for ((_, y, x), &value) in values.indexed_iter() {
                ids[[y, x]] =
                    class_id(value, classes, *missing).map_err(|reason| Error::Pixel {
                        path: path.into(),
                        x,
                        y,
                        reason,
                    })?;
            }
            Ok(LabelMap::Classes(ids))
        }
        Values::Continuous { encoding, .. } => {
            let values = values.mapv_into(|v| if is_something(v) { v } else { f32::NAN });
            Ok(LabelMap::settled(values, encoding))
        }
    }
}

/// The class id of a number, the missing id included.
fn class_id(value: f32, classes: &[String], missing: i32) -> Result<i32, String> {
    if !is_something(value) || value == missing as f32 {
        return Ok(missing);
    }
    if value.fract() != 0.0 {
        return Err(format!("class id {value} is not a whole number"));
    }
    // In range of i32: `is_something` has bounded it.
    let id = value as i32;
    if is_class(classes, id) {
        Ok(id)
    } else {
        Err(format!(
            "class id {id}, expected 0 to {} (or {missing} for missing)",
            classes.len() - 1
        ))
    }
}

fn is_something(value: f32) -> bool {
    value.is_finite() && value.abs() < NOTHING
}
