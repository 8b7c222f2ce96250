//! Pictures in any of the file formats that cameras and renderers write.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use image::{ImageReader, Limits};
use multicond::files;
use ndarray::Array3;

/// Extensions of files that can be read as pictures.
pub(super) const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Whether a file's name says that it is a picture.
pub(super) fn is_picture(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

/// Reads a PNG or JPEG picture: RGB `[3, height, width]` in [0, 1].
pub(super) fn read(path: &Path) -> Result<Array3<f32>> {
    match extension(path).as_str() {
        "png" => Ok(files::read_picture(path)?.values().to_owned()),
        "jpg" | "jpeg" => read_jpeg(path).map_err(|error| {
            let reason = error.to_string().replace('\n', " ");
            anyhow!("{}: not a readable JPEG file: {reason}", path.display())
        }),
        _ => bail!("{}: a picture is a .png or .jpg file", path.display()),
    }
}

fn read_jpeg(path: &Path) -> image::ImageResult<Array3<f32>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(files::MAX_SIDE as u32);
    limits.max_image_height = Some(files::MAX_SIDE as u32);
    let mut reader = ImageReader::open(path)?;
    reader.limits(limits);
    let picture = reader.decode()?.into_rgb8();
    let (width, height) = picture.dimensions();
    let mut values = Array3::zeros((3, height as usize, width as usize));
    for (x, y, pixel) in picture.enumerate_pixels() {
        for (channel, &value) in pixel.0.iter().enumerate() {
            values[[channel, y as usize, x as usize]] = f32::from(value) / 255.0;
        }
    }
    Ok(values)
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}
