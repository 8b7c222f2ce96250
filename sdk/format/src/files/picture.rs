//! Reads and writes pictures as PNG files.

use std::path::Path;

use ::png::ColorType;

use super::png::{self, Reading};
use crate::{
    error::{Error, Result},
    picture::Picture,
    storage::write_atomically,
};

/// Reads a PNG picture: gray, RGB or palette, of any bit depth. Alpha is ignored.
///
/// # Errors
/// When the file cannot be read, is damaged, or is larger than [`MAX_SIDE`](crate::limits::MAX_SIDE).
pub fn read_picture(path: impl AsRef<Path>) -> Result<Picture> {
    let path = path.as_ref();
    let raster = png::read(path, Reading::Samples, |_, _| Ok(()))?;
    let top = if raster.bits == 8 { 255.0 } else { 65_535.0 };
    let has_color = matches!(raster.color, ColorType::Rgb | ColorType::Rgba);
    let mut picture = Picture::new(raster.width, raster.height);
    for (plane, mut out) in picture.values_mut().outer_iter_mut().enumerate() {
        let first = if has_color { plane } else { 0 };
        let numbers = raster.numbers[first..].iter().step_by(raster.channels);
        out.iter_mut()
            .zip(numbers)
            .for_each(|(o, &n)| *o = f32::from(n) / top);
    }
    Ok(picture)
}

/// Writes a picture as an 8-bit RGB PNG file, atomically.
///
/// # Errors
/// When the picture is empty or too large, or the file cannot be written; an existing file is then unchanged.
pub fn write_png(path: impl AsRef<Path>, picture: &Picture) -> Result<()> {
    let path = path.as_ref();
    let (width, height) = picture.size();
    super::check_size(path, width, height)?;
    // `check_size` bounds both far below u32.
    let bytes = png::encode_rgb8(&picture.to_rgb8(), width as u32, height as u32)
        .map_err(|error| Error::file(path, error))?;
    write_atomically(path, &bytes)
}
