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
    let extension = path.extension().unwrap_or_default();
    let format = FORMATS
        .iter()
        .find(|(name, _)| extension.eq_ignore_ascii_case(name));
    match format {
        Some((_, read)) => read(path, label),
        None => {
            let reason = format_args!("a label is read from a {} file", listed_extensions());
            Err(Error::file(path, reason))
        }
    }
}

/// Reads a label from a file of one format.
type Read = fn(&Path, &Label) -> Result<LabelMap>;

/// The formats of label files by their extensions. A new one is a file and a line here.
const FORMATS: [(&str, Read); 3] = [
    ("png", png::read_label),
    ("exr", exr::read_label),
    ("npy", npy::read_label),
];

/// The extensions of files that [`read_label`] reads.
pub fn label_extensions() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|(extension, _)| *extension)
}

/// The extensions for messages: `.png, .exr or .npy`.
pub fn listed_extensions() -> String {
    let names: Vec<String> = label_extensions().map(|name| format!(".{name}")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
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
