//! Reads the confidence of a label from the files that labels are read from.

use std::path::Path;

use ::png::ColorType;
use ndarray::{Array2, Axis};

use super::{png, read_label, read_layer};
use crate::{
    error::Result,
    label::{Encoding, Label, LabelMap, confidence},
};

/// Reads how far each pixel of a label can be relied on, `[height, width]` from 0 to 1, from a `.png`, `.exr` or `.npy`
/// file: gray PNG files of 8 or 16 bits, whose largest number is 1; one channel of the others, as [`read_label`] chooses
/// it for a label `NAME_confidence`, or of this `layer` of an OpenEXR file. What is not finite counts as 0, and so does
/// what is below 0; what is above 1 counts as 1.
///
/// # Errors
/// When the file cannot be read, is damaged, is not what its extension says, or does not have one channel.
pub fn read_confidence(
    path: impl AsRef<Path>,
    layer: Option<&str>,
    label: &Label,
) -> Result<Array2<f32>> {
    let path = path.as_ref();
    let is_png = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if is_png && layer.is_none() {
        return gray(path);
    }
    let strength = Encoding::Affine {
        scale: 1.0,
        bias: 0.0,
    };
    let label = Label::continuous(label.confidence_input(), 1, "confidence", strength);
    let map = match layer {
        Some(layer) => read_layer(path, layer, &label)?,
        None => read_label(path, &label)?,
    };
    let LabelMap::Values(values) = map else {
        unreachable!("the label is continuous")
    };
    Ok(values.index_axis(Axis(0), 0).mapv(confidence))
}

fn gray(path: &Path) -> Result<Array2<f32>> {
    let raster = png::read(path, png::Reading::Samples, |color, bits| match color {
        ColorType::Grayscale => Ok(()),
        _ => Err(format!(
            "{bits} bits of {color:?}, expected the confidence as gray of 8 or 16 bits"
        )),
    })?;
    let top = if raster.bits == 16 { 65_535.0 } else { 255.0 };
    let numbers = raster.numbers.iter().map(|&number| f32::from(number) / top);
    let size = (raster.height, raster.width);
    Ok(Array2::from_shape_vec(size, numbers.collect()).expect("one number per pixel"))
}
