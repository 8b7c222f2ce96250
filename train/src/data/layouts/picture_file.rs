//! Reads pictures in PNG and JPEG files, turned as their EXIF data say.

use std::{
    fs::File,
    io::{BufReader, Cursor},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use image::{
    DynamicImage, ImageDecoder, codecs::jpeg::JpegDecoder, codecs::png::PngDecoder,
    metadata::Orientation,
};
use multicond::{
    files,
    limits::{MAX_SIDE, is_size},
};
use multicond_format::storage::read_file;
use ndarray::{Array3, ArrayView3, Axis};

/// Maximum number of pixels per byte of a JPEG file, in which a block of 64 takes at least one bit.
const MOST_COMPRESSED: u64 = 1024;

/// Largest JPEG file.
const MOST_BYTES: usize = 1 << 30;

/// Extensions of supported picture files.
pub(super) const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Whether a file is a picture, by its extension.
pub(super) fn is_picture(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

/// Reads a PNG or JPEG picture: RGB `[3, height, width]` in [0, 1].
pub(super) fn read(path: &Path) -> Result<Array3<f32>> {
    match extension(path).as_str() {
        "png" => {
            let picture = files::read_picture(path)?;
            Ok(turned(picture.values(), png_orientation(path)?))
        }
        "jpg" | "jpeg" => {
            let bytes = read_file(path, MOST_BYTES)?;
            decode_jpeg(&bytes).map_err(|error| {
                let reason = format!("{error:#}").replace('\n', " ");
                anyhow!("{}: not a readable JPEG file: {reason}", path.display())
            })
        }
        _ => bail!("{}: a picture is a .png or .jpg file", path.display()),
    }
}

fn png_orientation(path: &Path) -> Result<Orientation> {
    let place = || path.display().to_string();
    let file = File::open(path).with_context(place)?;
    let mut decoder = PngDecoder::new(BufReader::new(file)).with_context(place)?;
    decoder.orientation().with_context(place)
}

fn decode_jpeg(bytes: &[u8]) -> Result<Array3<f32>> {
    // Decoders accept truncated files, so training on damaged pictures would go unnoticed.
    let end = end_of_jpeg(bytes).context("it is truncated")?;
    let mut decoder = JpegDecoder::new(Cursor::new(&bytes[..end]))?;
    let (width, height) = decoder.dimensions();
    ensure!(
        is_size(width as usize, height as usize),
        "{width}x{height} pixels, expected 1 to {MAX_SIDE} each way"
    );
    let pixels = u64::from(width) * u64::from(height);
    ensure!(
        pixels / MOST_COMPRESSED <= bytes.len() as u64,
        "it is too short for {width}x{height} pixels"
    );
    let orientation = decoder.orientation()?;
    let picture = DynamicImage::from_decoder(decoder)?.into_rgb8();
    let shape = (height as usize, width as usize, 3);
    let interleaved = ArrayView3::from_shape(shape, &picture)?;
    let planes = interleaved.permuted_axes([2, 0, 1]);
    let values = planes.mapv(|value| f32::from(value) / 255.0);
    Ok(turned(values.view(), orientation))
}

/// The picture as it is meant to be seen.
fn turned(picture: ArrayView3<'_, f32>, orientation: Orientation) -> Array3<f32> {
    let (transpose, flip_x, flip_y) = match orientation {
        Orientation::NoTransforms => (false, false, false),
        Orientation::FlipHorizontal => (false, true, false),
        Orientation::FlipVertical => (false, false, true),
        Orientation::Rotate180 => (false, true, true),
        Orientation::Rotate90FlipH => (true, false, false),
        Orientation::Rotate90 => (true, true, false),
        Orientation::Rotate270 => (true, false, true),
        Orientation::Rotate270FlipH => (true, true, true),
    };
    let mut picture = picture;
    if transpose {
        picture.swap_axes(1, 2);
    }
    if flip_x {
        picture.invert_axis(Axis(2));
    }
    if flip_y {
        picture.invert_axis(Axis(1));
    }
    picture.as_standard_layout().into_owned()
}

/// Where the first picture of a JPEG file (ITU-T T.81, B.1.1) ends; `None` if it is not complete. Cameras append
/// previews and films.
fn end_of_jpeg(bytes: &[u8]) -> Option<usize> {
    const START_OF_SCAN: u8 = 0xda;
    const END_OF_IMAGE: u8 = 0xd9;
    let mut at = 2;
    let mut scanned = false;
    loop {
        // In a scan, 0xff is followed by 0 or a restart code. Between segments there is nothing else.
        let marker = bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + at;
        let code = *bytes.get(marker + 1)?;
        at = marker + 2;
        match code {
            0xff => at = marker + 1,
            0 | 1 | 0xd0..=0xd8 => {}
            END_OF_IMAGE => return scanned.then_some(at),
            _ => {
                scanned |= code == START_OF_SCAN;
                let length = bytes.get(at..at + 2)?;
                at += usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::{Rgb32FImage, RgbImage};

    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_fn(24, 16, |x, y| {
            image::Rgb([(10 * x) as u8, (15 * y) as u8, 99])
        })
    }

    fn jpeg() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture()
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .unwrap();
        bytes.into_inner()
    }

    /// The segment with EXIF data that says one orientation.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
        tiff.extend([
            0x12,
            0x01,
            3,
            0,
            1,
            0,
            0,
            0,
            orientation,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ]);
        tiff
    }

    fn jpeg_with(orientation: u8) -> Vec<u8> {
        let data = [b"Exif\0\0", &exif(orientation)[..]].concat();
        let length = (data.len() as u16 + 2).to_be_bytes();
        let bytes = jpeg();
        [&bytes[..2], &[0xff, 0xe1], &length, &data, &bytes[2..]].concat()
    }

    fn as_image(values: &Array3<f32>) -> Rgb32FImage {
        let (_, height, width) = values.dim();
        Rgb32FImage::from_fn(width as u32, height as u32, |x, y| {
            image::Rgb([0, 1, 2].map(|c| values[[c, y as usize, x as usize]]))
        })
    }

    #[test]
    fn jpeg_files_are_turned_as_another_reader_turns_them() {
        let plain = DynamicImage::ImageRgb32F(as_image(&decode_jpeg(&jpeg()).unwrap()));
        for code in 1..=8 {
            let mut expected = plain.clone();
            expected.apply_orientation(Orientation::from_exif(code).unwrap());
            let found = as_image(&decode_jpeg(&jpeg_with(code)).unwrap());
            assert!(found == expected.into_rgb32f(), "orientation {code}");
        }
        assert_eq!(
            as_image(&decode_jpeg(&jpeg_with(77)).unwrap()),
            plain.into_rgb32f()
        );
    }

    #[test]
    fn png_files_are_turned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let source = picture();
        let mut info = png::Info::with_size(24, 16);
        info.color_type = png::ColorType::Rgb;
        info.bit_depth = png::BitDepth::Eight;
        info.exif_metadata = Some(exif(6).into());
        let encoder = png::Encoder::with_info(File::create(&path).unwrap(), info).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&source).unwrap();
        writer.finish().unwrap();
        let expected = image::imageops::rotate90(&source);
        let expected = DynamicImage::ImageRgb8(expected).into_rgb32f();
        assert_eq!(as_image(&read(&path).unwrap()), expected);
    }

    #[test]
    fn what_follows_a_jpeg_picture_is_ignored() {
        let whole = decode_jpeg(&jpeg()).unwrap();
        let trailers: [&[u8]; 5] = [
            &[0; 100],
            b"\xff\xd9",
            b"\xff\xda\x00\x02",
            b"\xff\xd8\xff\xda",
            b"\xff",
        ];
        for trailer in trailers.into_iter().chain([&jpeg()[..200]]) {
            let bytes = [&jpeg()[..], trailer].concat();
            assert_eq!(decode_jpeg(&bytes).unwrap(), whole, "{trailer:?}");
        }
    }

    #[test]
    fn truncated_jpeg_files_are_refused() {
        let preview = jpeg_with(1);
        // A preview inside a segment has an end of its own.
        let length = (preview.len() as u16 + 2).to_be_bytes();
        let bytes = jpeg();
        let bytes = [&bytes[..2], &[0xff, 0xe2], &length, &preview, &bytes[2..]].concat();
        assert!(decode_jpeg(&bytes).is_ok());
        for length in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
            assert!(decode_jpeg(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn damaged_jpeg_files_are_pictures_or_errors() {
        let whole = jpeg_with(6);
        let mut state = 1_u32;
        let mut next = |limit: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % limit
        };
        for _ in 0..3_000 {
            let mut bytes = whole.clone();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                bytes[at] = next(256) as u8;
            }
            bytes.truncate(bytes.len() - next(2) * next(bytes.len()));
            if let Ok(picture) = decode_jpeg(&bytes) {
                assert_eq!(picture.dim().0, 3);
            }
        }
    }
}
