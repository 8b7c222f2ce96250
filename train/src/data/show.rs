//! Visualises labels and pictures.

use std::{io::Cursor, path::Path};

use anyhow::Result;
use image::{ImageFormat, Rgb, RgbImage};
use multicond::label::{Encoding, Label, LabelMap};
use ndarray::{Array2, Array3};

use multicond_format::storage::write_atomically;

const GAP: u32 = 4;
const BACKGROUND: Rgb<u8> = Rgb([255, 255, 255]);

/// Arranges pictures of the same size in rows, with gaps between them.
pub(crate) fn grid(rows: &[Vec<RgbImage>]) -> RgbImage {
    let first = rows.iter().flatten().next();
    let (width, height) = first.map_or((0, 0), RgbImage::dimensions);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let mut grid = RgbImage::from_pixel(
        columns * (width + GAP) + GAP,
        rows.len() as u32 * (height + GAP) + GAP,
        BACKGROUND,
    );
    for (row, tiles) in (0..).zip(rows) {
        for (column, tile) in (0..).zip(tiles) {
            let left = GAP + column * (width + GAP);
            let top = GAP + row * (height + GAP);
            image::imageops::replace(&mut grid, tile, i64::from(left), i64::from(top));
        }
    }
    grid
}

/// Writes a picture as a PNG file.
pub fn save_png(picture: &RgbImage, path: &Path) -> Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(write_atomically(path, &bytes.into_inner())?)
}

/// Object indices as colours, with a checkerboard for no object.
pub(crate) fn instances(ids: &Array2<i32>) -> RgbImage {
    let (height, width) = ids.dim();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        match ids[[y as usize, x as usize]] {
            0 => checker(x, y),
            // The remainder spreads both hashes and small numbers over the colours.
            id => class_colour(id.rem_euclid(997) as usize),
        }
    })
}

/// A label: classes as colours, values around middle gray, with a checkerboard for missing values.
pub(crate) fn label(map: &LabelMap, label: &Label) -> RgbImage {
    let (width, height) = map.size();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let pixel = (y as usize, x as usize);
        colour(map, label, pixel).unwrap_or_else(|| checker(x, y))
    })
}

fn colour(map: &LabelMap, label: &Label, (y, x): (usize, usize)) -> Option<Rgb<u8>> {
    if !map.is_known(label, (x, y)) {
        return None;
    }
    match (map, label.encoding()) {
        (LabelMap::Classes(ids), _) => Some(class_colour(usize::try_from(ids[[y, x]]).ok()?)),
        (LabelMap::Values(values), Some(encoding)) => {
            let channels = values.dim().0;
            let pixel = |c: usize| values[[c, y, x]];
            let shown = |c: usize| byte(show_value(encoding, pixel(c)));
            Some(match channels {
                1 => Rgb([shown(0); 3]),
                2 => Rgb([shown(0), shown(1), 128]),
                _ => Rgb([shown(0), shown(1), shown(2)]),
            })
        }
        _ => None,
    }
}

fn show_value(encoding: Encoding, value: f32) -> f32 {
    (encoding.encode(value) + 1.0) / 2.0
}

/// Hues a golden angle apart, so that consecutive classes look different.
fn class_colour(class: usize) -> Rgb<u8> {
    let hue = (class as f32 * 0.618_034).fract() * 6.0;
    let lightness = [0.95, 0.7, 0.5][class % 3];
    Rgb([5.0, 3.0, 1.0].map(|offset: f32| {
        let k = (offset + hue) % 6.0;
        byte(lightness * (1.0 - 0.65 * k.min(4.0 - k).clamp(0.0, 1.0)))
    }))
}

fn checker(x: u32, y: u32) -> Rgb<u8> {
    if (x / 8 + y / 8).is_multiple_of(2) {
        Rgb([90; 3])
    } else {
        Rgb([120; 3])
    }
}

/// A picture `[3, height, width]` in [0, 1].
pub(crate) fn picture(values: &Array3<f32>) -> RgbImage {
    let (_, height, width) = values.dim();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        Rgb([0, 1, 2].map(|c| byte(values[[c, y as usize, x as usize]])))
    })
}

/// Converts a value from 0 to 1 to 8 bits.
pub(crate) fn byte(value: f32) -> u8 {
    // `as` saturates to 0..=255.
    (value * 255.0).round() as u8
}
