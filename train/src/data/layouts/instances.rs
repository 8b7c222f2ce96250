//! Object indices: 16-bit PNG, 0 for no object, or a colour for each object, black for none.

use std::{io::BufReader, path::Path, sync::LazyLock};

use anyhow::Result;
use image::{ColorType, ImageDecoder, ImageReader};
use multicond::{
    files,
    label::{Label, LabelMap, PngCode},
};
use multicond_format::storage::open_file;
use ndarray::Array2;

use super::{read_label, same_size};

/// Object indices as a label.
pub(super) static LABEL: LazyLock<Label> = LazyLock::new(|| {
    Label::categorical("instances", vec![String::new(); 65_535])
        .with_missing_class(-1)
        .with_presence(false)
        .with_png(PngCode::linear(16, 0.0, 1.0))
});

/// Reads a file of object indices, which must have the size of the frame's picture. A colour becomes one number.
pub(super) fn read(path: &Path, picture: (usize, usize)) -> Result<Array2<i32>> {
    if !is_in_color(path) {
        return Ok(ids(read_label(path, &LABEL, picture)?));
    }
    let colors = files::read_picture(path)?;
    same_size(path, colors.size(), picture)?;
    let numbers = colors.to_rgb8();
    let numbers = numbers.chunks_exact(3);
    let numbers = numbers.map(|rgb| i32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]));
    let (width, height) = picture;
    let shape = (height, width);
    Ok(Array2::from_shape_vec(shape, numbers.collect()).expect("three bytes for each pixel"))
}

/// Whether a file is a picture in colour, as Unity's instance segmentation. One that cannot be read is not.
fn is_in_color(path: &Path) -> bool {
    let reader = open_file(path).map(|file| ImageReader::new(BufReader::new(file)));
    let reader = reader
        .ok()
        .and_then(|reader| reader.with_guessed_format().ok());
    let decoder = reader.and_then(|reader| reader.into_decoder().ok());
    decoder
        .is_some_and(|decoder| matches!(decoder.color_type(), ColorType::Rgb8 | ColorType::Rgba8))
}

/// The ids of a categorical map.
pub(super) fn ids(map: LabelMap) -> Array2<i32> {
    match map {
        LabelMap::Classes(ids) => ids,
        LabelMap::Values(_) => unreachable!("read with a categorical label"),
    }
}
