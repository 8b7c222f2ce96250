//! Reads label maps from PNG, OpenEXR and NumPy's `.npy` files, and reads and writes pictures as PNG.

mod confidence;
mod exr;
mod layer;
mod npy;
mod npy_header;
mod picture;
mod png;

use std::path::Path;

pub use confidence::read_confidence;
pub use exr::{Channel, Content, Found, Layer, OpenExr};
pub use layer::split_layer;
pub use picture::{read_picture, write_png};

use crate::{
    error::{Error, Result},
    label::{Label, LabelMap},
    limits::{MAX_SIDE, is_size},
};

/// Reads one label of one picture from a `.png`, `.exr` or `.npy` file.
///
/// * PNG: integers, decoded by the label's [`PngCode`](crate::label::PngCode). Class ids may be gray values, or indices
///   into a palette of colours; a palette of grays stands for its grays. Labels of two or three channels use the first
///   channels of RGB or RGBA, labels of four need RGBA.
/// * OpenEXR: half, float or uint channels in physical units, for the file's display window. Of several layers, the one
///   that renderers' names say holds the label is used: `Depth`, `Z`, `..._WorldDepth` and others for `depth`, or the
///   label's own name. If none or several fit, that is an error with their names, and [`read_layer`] chooses. In a
///   file with one plain layer, one-channel labels use the only channel, or the first of `Y`, `Z`, `V` and `R` (`Z`
///   first for depth); two channels are `R`, `G` or `X`, `Y`; three `R`, `G`, `B` or `X`, `Y`, `Z`; four `R`, `G`,
///   `B`, `A`.
/// * npy: `[H, W]`, `[C, H, W]` or `[H, W, C]` in physical units, where C is the label's number of channels; a leading
///   batch of 1 is dropped. For labels from 0 to 1, such as edges, booleans are 0 and 1.
///
/// In OpenEXR and npy files a value that is not finite or has a magnitude of 1e8 or more (which renderers write for
/// pixels without a surface) is missing, and so are half floats at their limit of 65504. Distances of zero or less are
/// missing in all files. Directions are normalised to unit length; those of zero length are missing.
///
/// # Errors
/// When the file cannot be read, is damaged, is not what its extension says, does not have the label's bits or
/// channels, is larger than [`MAX_SIDE`], or holds a class id that the label does not have, or
/// when the file is a PNG and the label has no PNG code.
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

/// Reads one label of one picture from a layer of an OpenEXR file: its full name, or that without the enclosing layers.
/// For labels of one channel, `LAYER.CHANNEL` and channels without a layer are names too.
///
/// # Errors
/// As [`read_label`], and when there is no such layer, or it does not have the label's channels.
pub fn read_layer(path: impl AsRef<Path>, layer: &str, label: &Label) -> Result<LabelMap> {
    exr::read_label(path.as_ref(), label, Some(layer))
}

/// Reads a label from a file of one format.
type Read = fn(&Path, &Label) -> Result<LabelMap>;

/// The formats of label files by their extensions. A new one is a file and a line here.
const FORMATS: [(&str, Read); 3] = [
    ("png", png::read_label),
    ("exr", |path, label| exr::read_label(path, label, None)),
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

/// A label map from numbers `[channels, height, width]` of a file, see [`LabelMap::from_numbers`]. `path` is used for
/// errors only.
///
/// # Errors
/// When the label is categorical and a number is not one of its class ids.
pub fn label_from_numbers(
    path: impl AsRef<Path>,
    label: &Label,
    numbers: ndarray::Array3<f32>,
) -> Result<LabelMap> {
    LabelMap::from_numbers(label, numbers)
        .map_err(|(pixel, reason)| Error::pixel(path.as_ref(), pixel, reason))
}

/// Rejects empty and oversized pictures, before memory is allocated for them.
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
