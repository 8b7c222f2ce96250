//! Reads pictures in PNG and JPEG files.

use std::{fs, io::Cursor, path::Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use image::{ImageFormat, ImageReader, Limits};
use multicond::files;
use ndarray::Array3;

/// Maximum number of pixels per byte of a JPEG file, in which a block of 64 takes at least one bit.
const MOST_COMPRESSED: u64 = 1024;

/// Extensions of supported picture files.
pub(super) const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Whether a file is a picture, by its extension.
pub(super) fn is_picture(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

/// Reads a PNG or JPEG picture: RGB `[3, height, width]` in [0, 1].
pub(super) fn read(path: &Path) -> Result<Array3<f32>> {
    match extension(path).as_str() {
        "png" => Ok(files::read_picture(path)?.values().to_owned()),
        "jpg" | "jpeg" => {
            let bytes = fs::read(path).with_context(|| path.display().to_string())?;
            decode_jpeg(&bytes).map_err(|error| {
                let reason = format!("{error:#}").replace('\n', " ");
                anyhow!("{}: not a readable JPEG file: {reason}", path.display())
            })
        }
        _ => bail!("{}: a picture is a .png or .jpg file", path.display()),
    }
}

fn decode_jpeg(bytes: &[u8]) -> Result<Array3<f32>> {
    // Decoders accept truncated files, so training on damaged pictures would go unnoticed.
    ensure!(is_whole(bytes), "it is truncated");
    let reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let (width, height) = reader.into_dimensions()?;
    let pixels = u64::from(width) * u64::from(height);
    ensure!(
        pixels / MOST_COMPRESSED <= bytes.len() as u64,
        "it is too short for {width}x{height} pixels"
    );
    let mut limits = Limits::default();
    limits.max_image_width = Some(multicond::limits::MAX_SIDE as u32);
    limits.max_image_height = Some(multicond::limits::MAX_SIDE as u32);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    reader.limits(limits);
    let picture = reader.decode()?.into_rgb8();
    let mut values = Array3::zeros((3, height as usize, width as usize));
    for (x, y, pixel) in picture.enumerate_pixels() {
        for (channel, &value) in pixel.0.iter().enumerate() {
            values[[channel, y as usize, x as usize]] = f32::from(value) / 255.0;
        }
    }
    Ok(values)
}

/// Whether the last scan of a JPEG file (ITU-T T.81, B.1.1) is complete. Within a scan, 0xff is never followed by
/// either of these codes.
fn is_whole(bytes: &[u8]) -> bool {
    const START_OF_SCAN: [u8; 2] = [0xff, 0xda];
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    let find = |code| bytes.windows(2).rposition(|window| window == code);
    matches!((find(START_OF_SCAN), find(END_OF_IMAGE)), (Some(start), Some(end)) if start < end)
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}
