//! Label maps and pictures as files: PNG, OpenEXR and NumPy's `.npy`.

mod exr;
mod exr_layers;
mod npy;
mod npy_header;
mod picture;
mod png;

use std::path::Path;

pub use exr::{Channel, Layer, OpenExr};
pub use picture::{read_picture, write_png};

use crate::{
    error::{Error, Result},
    label::{Label, LabelMap},
    limits::{MAX_SIDE, is_size},
};

/// Reads one label of one picture from a `.png`, `.exr` or `.npy` file into physical units.
///
/// * PNG: whole numbers, decoded by the label's [`PngCode`](crate::label::PngCode). Class ids may come
///   as gray values or as the indices of a palette; two-channel labels take the first two of RGB(A).
/// * OpenEXR: half, float or uint channels in physical units. One-channel labels take the only channel, or
///   `Y`, `Z`, `V` or `R`; two take `R`, `G` or `X`, `Y`; three `R`, `G`, `B` or `X`, `Y`, `Z`. With several layers,
///   the unnamed one or the one named like the label is read.
/// * npy: `[H, W]`, `[C, H, W]` or `[H, W, C]`, C being the label's channels, in physical units.
///
/// In the latter two a value that is not finite or has a magnitude of 1e9 or more (how renderers write
/// "nothing here") is missing. Directions are brought to unit length, those of zero length are missing.
///
/// # Errors
/// When the file cannot be read, is damaged or of another kind than its name says, does not have the
/// label's bits or channels, is larger than [`MAX_SIDE`](crate::limits::MAX_SIDE), or holds a class id that the label lacks.
pub fn read_label(path: impl AsRef<Path>, label: &Label) -> Result<LabelMap> {
    let path = path.as_ref();
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("png") => png::read_label(path, label),
        Some("exr") => exr::read_label(path, label),
        Some("npy") => npy::read_label(path, label),
        _ => Err(Error::file(
            path,
            "a label is read from a .png, .exr or .npy file",
        )),
    }
}

/// A label map from numbers `[channels, height, width]` of a file, as [`read_label`] makes one of an OpenEXR file's.
///
/// # Errors
/// When the label is categorical and a number is none of its class ids.
pub fn label_from_numbers(
    path: impl AsRef<Path>,
    label: &Label,
    numbers: ndarray::Array3<f32>,
) -> Result<LabelMap> {
    LabelMap::from_numbers(label, numbers)
        .map_err(|(pixel, reason)| Error::pixel(path.as_ref(), pixel, reason))
}

/// Refuses pictures without pixels and oversized ones, before anything is allocated for them.
fn check_size(path: &Path, width: usize, height: usize) -> Result<()> {
    if is_size(width, height) {
        return Ok(());
    }
    let place = path.display().to_string();
    let expected = format_args!("expected 1 to {MAX_SIDE} each way");
    Err(Error::size(&place, (width, height), expected))
}

#[cfg(test)]
mod tests;
