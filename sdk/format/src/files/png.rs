//! Reads PNG files: integers that a [`PngCode`] turns into physical values.

use std::{
    io::{BufReader, Cursor},
    path::Path,
};

use ::png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use ndarray::{Array2, Array3};

use super::check_size;
use crate::{
    error::{Error, Result},
    label::{Label, LabelMap, PngCode, mark_missing},
    storage::open_file,
};

/// Largest compression ratio of deflate.
const MOST_COMPRESSED: usize = 1_032;

/// What the numbers of a file are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Class ids, as stored: gray values, or indices into a palette of colours.
    Ids,
    /// Gray or colour: a palette is looked up, and fewer than 8 bits are scaled to 8.
    Samples,
}

/// The numbers, interleaved and widened to 16 bits.
pub(super) struct Raster {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    pub(super) color: ColorType,
    pub(super) bits: u8,
    pub(super) numbers: Vec<u16>,
}

pub(super) fn read_label(path: &Path, label: &Label) -> Result<LabelMap> {
    let Some(code) = &label.png else {
        let reason = "this label has no PNG code in the model; use a .exr or .npy file";
        return Err(Error::label(&label.name, reason));
    };
    let reading = match label.classes() {
        Some(_) => Reading::Ids,
        None => Reading::Samples,
    };
    let raster = read(path, reading, |color, bits| {
        expect(label, code, color, bits)
    })?;
    match label.missing_class() {
        Some(missing) => class_ids(path, &raster, code, label.class_count(), missing),
        None => {
            let values = decode(&raster, code, label.channels());
            Ok(LabelMap::normalised(label, values))
        }
    }
}

/// Reads a file if `check` accepts the colour type and bit depth of its numbers.
pub(super) fn read(
    path: &Path,
    reading: Reading,
    check: impl FnOnce(ColorType, u8) -> Result<(), String>,
) -> Result<Raster> {
    let file = open_file(path)?;
    let file_length = file
        .metadata()
        .map_err(|error| Error::io(path, error))?
        .len();
    let bad = |error: ::png::DecodingError| match error {
        ::png::DecodingError::IoError(error)
            if error.kind() != std::io::ErrorKind::UnexpectedEof =>
        {
            Error::io(path, error)
        }
        ::png::DecodingError::IoError(_) => Error::file(path, "the PNG file is truncated"),
        error => Error::file(path, format_args!("not a readable PNG file: {error}")),
    };
    let mut decoder = Decoder::new_with_limits(BufReader::new(file), Limits::default());
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(bad)?;
    let (width, height) = (info.width as usize, info.height as usize);
    check_size(path, width, height)?;
    let mut reader = decoder.read_info().map_err(bad)?;
    let info = reader.info();
    let stored = (info.color_type, info.bit_depth as u8);
    let palette = palette(info, reading);
    let (color, bits) = match (stored, &palette) {
        (_, Some(Palette::Gray(_))) => (ColorType::Grayscale, 8),
        (_, Some(Palette::Rgb(_))) => (ColorType::Rgb, 8),
        ((ColorType::Grayscale, 1..8), None) if reading == Reading::Samples => {
            (ColorType::Grayscale, 8)
        }
        (stored, None) => stored,
    };
    check(color, bits).map_err(|reason| Error::file(path, reason))?;
    // At most 2 GiB: `check_size` limits the size, and a pixel has at most 8 bytes.
    let bytes_per_row = reader.output_line_size(width as u32);
    let length = bytes_per_row.and_then(|row| row.checked_mul(height));
    if length.is_some_and(|length| (length / MOST_COMPRESSED) as u64 > file_length) {
        return Err(Error::file(path, "the PNG file is truncated"));
    }
    let mut bytes = vec![0; length.ok_or_else(|| Error::file(path, "too large"))?];
    reader.next_frame(&mut bytes).map_err(bad)?;
    let mut numbers = widen(&bytes, stored.1, width * stored.0.samples(), height);
    match palette {
        Some(palette) => {
            numbers = palette.look_up(&numbers).map_err(|(index, number)| {
                let pixel = (index % width, index / width);
                Error::pixel(path, pixel, format_args!("{number} is not in the palette"))
            })?;
        }
        None if bits != stored.1 => {
            let top = (1 << stored.1) - 1;
            numbers
                .iter_mut()
                .for_each(|number| *number = *number * 255 / top);
        }
        None => {}
    }
    Ok(Raster {
        width,
        height,
        channels: color.samples(),
        color,
        bits,
        numbers,
    })
}

/// A palette that is looked up.
enum Palette {
    Gray(Vec<u8>),
    Rgb(Vec<[u8; 3]>),
}

/// The palette to look up, if any. Class ids are indices into a palette of colours; but one of grays is looked up, since
/// programs that compress gray pictures write it, with the grays in any order.
fn palette(info: &::png::Info<'_>, reading: Reading) -> Option<Palette> {
    let (entries, _) = info.palette.as_deref()?.as_chunks::<3>();
    if info.color_type != ColorType::Indexed {
        return None;
    }
    let is_gray = |[red, green, blue]: &[u8; 3]| red == green && green == blue;
    // A palette of one colour says nothing, so the indices do.
    let differ = entries.iter().any(|entry| entry != &entries[0]);
    if differ && entries.iter().all(is_gray) {
        Some(Palette::Gray(
            entries.iter().map(|entry| entry[0]).collect(),
        ))
    } else {
        (reading == Reading::Samples).then(|| Palette::Rgb(entries.to_vec()))
    }
}

impl Palette {
    /// The colours of indices. Fails with the first pixel and index that the palette does not have.
    fn look_up(&self, indices: &[u16]) -> Result<Vec<u16>, (usize, u16)> {
        let mut numbers = Vec::with_capacity(indices.len() * 3);
        for (pixel, &index) in indices.iter().enumerate() {
            let absent = (pixel, index);
            let index = usize::from(index);
            match self {
                Self::Gray(grays) => numbers.push(u16::from(*grays.get(index).ok_or(absent)?)),
                Self::Rgb(colors) => {
                    numbers.extend(colors.get(index).ok_or(absent)?.map(u16::from))
                }
            }
        }
        Ok(numbers)
    }
}

fn widen(bytes: &[u8], bits: u8, samples_per_row: usize, rows: usize) -> Vec<u16> {
    match bits {
        16 => {
            let pairs = bytes.chunks_exact(2);
            pairs.map(|b| u16::from_be_bytes([b[0], b[1]])).collect()
        }
        8 => bytes.iter().map(|&b| u16::from(b)).collect(),
        bits => {
            let mask = (1u16 << bits) - 1;
            let row_bytes = bytes.len() / rows;
            let row = |row: &[u8]| -> Vec<u16> {
                (0..samples_per_row)
                    .map(|i| {
                        let bit = i * usize::from(bits);
                        let shift = 8 - usize::from(bits) - bit % 8;
                        u16::from(row[bit / 8]) >> shift & mask
                    })
                    .collect()
            };
            bytes.chunks_exact(row_bytes).flat_map(row).collect()
        }
    }
}

/// Checks that a file with this colour type and bit depth can hold the label.
fn expect(label: &Label, code: &PngCode, color: ColorType, bits: u8) -> Result<(), String> {
    let is_categorical = label.classes().is_some();
    let wanted = match (label.channels(), color) {
        (_, ColorType::Grayscale | ColorType::Indexed) if is_categorical => None,
        _ if is_categorical => Some("gray or palette"),
        (1, ColorType::Grayscale) => None,
        (1, _) => Some("gray"),
        (2 | 3, ColorType::Rgb | ColorType::Rgba) => None,
        (2 | 3, _) => Some("RGB"),
        (4, ColorType::Rgba) => None,
        (4, _) => Some("RGBA"),
        _ => {
            return Err(format!(
                "label `{}` has too many channels for PNG",
                label.name
            ));
        }
    };
    let name = &label.name;
    if let Some(wanted) = wanted {
        return Err(format!(
            "a {} PNG file, but label `{name}` needs {wanted}",
            color_name(color)
        ));
    }
    // Palette indices may be packed into fewer bits, but always fit into 8.
    let bits = if color == ColorType::Indexed { 8 } else { bits };
    if bits != code.bits {
        return Err(format!(
            "{bits} bits a channel, but label `{name}` needs {}",
            code.bits
        ));
    }
    Ok(())
}

fn color_name(color: ColorType) -> &'static str {
    match color {
        ColorType::Grayscale => "gray",
        ColorType::Rgb => "RGB",
        ColorType::Indexed => "palette",
        ColorType::GrayscaleAlpha => "gray with alpha",
        ColorType::Rgba => "RGBA",
    }
}

fn class_ids(
    path: &Path,
    raster: &Raster,
    code: &PngCode,
    classes: usize,
    missing: i32,
) -> Result<LabelMap> {
    let mut ids = Vec::with_capacity(raster.numbers.len());
    for (index, &number) in raster.numbers.iter().enumerate() {
        let id = if code.missing == Some(number) {
            missing
        } else {
            let id = (f32::from(number) - code.zero) as i32;
            if id != missing && usize::try_from(id).is_ok_and(|id| id >= classes) || id < 0 {
                let pixel = (index % raster.width, index / raster.width);
                let reason = format_args!(
                    "the value {number} stands for class {id}, expected 0 to {}",
                    classes - 1
                );
                return Err(Error::pixel(path, pixel, reason));
            }
            id
        };
        ids.push(id);
    }
    let ids = Array2::from_shape_vec((raster.height, raster.width), ids);
    Ok(LabelMap::Classes(ids.expect("one id per pixel")))
}

fn decode(raster: &Raster, code: &PngCode, channels: usize) -> Array3<f32> {
    let table: Vec<f32> = match raster.bits {
        8 => (0..=255).map(|number| code.decode(number)).collect(),
        _ => Vec::new(),
    };
    let mut values = Array3::zeros((channels, raster.height, raster.width));
    let pixels = raster.width * raster.height;
    for (plane, mut out) in values.outer_iter_mut().enumerate() {
        let numbers = raster.numbers[plane..].iter().step_by(raster.channels);
        if table.is_empty() {
            out.iter_mut()
                .zip(numbers)
                .for_each(|(o, &n)| *o = code.decode(n));
        } else {
            out.iter_mut()
                .zip(numbers)
                .for_each(|(o, &n)| *o = table[usize::from(n)]);
        }
    }
    let planes = values.as_slice_mut().expect("made in C order");
    code.arrange(planes, pixels);
    if let Some(missing) = code.missing {
        let stored = |pixel: usize| &raster.numbers[pixel * raster.channels..][..channels];
        mark_missing(planes, pixels, |_, pixel| {
            stored(pixel).iter().all(|&number| number == missing)
        });
    }
    values
}

/// Encodes an 8-bit RGB picture.
pub(super) fn encode_rgb8(
    rgb: &[u8],
    width: u32,
    height: u32,
) -> Result<Vec<u8>, ::png::EncodingError> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes.into_inner())
}
