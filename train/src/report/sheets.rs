//! Embeds a few sample sheets in a page, scaled down to the size at which they are shown.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use image::{ImageFormat, ImageReader, imageops::FilterType};

/// Maximum number of sheets on a page.
const MOST: usize = 6;
/// Maximum width in pixels. Without scaling, large sheets would make a page of a hundred megabytes.
const WIDTH: u32 = 1280;

/// A sheet embedded in a page.
pub(super) struct Embedded {
    pub(super) step: u64,
    /// Width and height of the picture, in pixels.
    pub(super) size: (u32, u32),
    /// The PNG file as a `data:` URI.
    pub(super) uri: String,
}

/// Embeds the newest sheet and others spread over the run, oldest first.
pub(super) fn embed(sheets: &[(u64, PathBuf)]) -> Result<Vec<Embedded>> {
    let chosen = spread(sheets.len(), MOST);
    chosen
        .map(|index| {
            let (step, path) = &sheets[index];
            read(*step, path).with_context(|| path.display().to_string())
        })
        .collect()
}

fn read(step: u64, path: &Path) -> Result<Embedded> {
    let mut bytes = std::fs::read(path)?;
    // Decoded completely, so that damaged files are detected here.
    let mut picture =
        ImageReader::with_format(std::io::Cursor::new(&bytes), ImageFormat::Png).decode()?;
    if picture.width() > WIDTH {
        picture = picture.resize(WIDTH, u32::MAX, FilterType::CatmullRom);
        let mut smaller = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut smaller, ImageFormat::Png)?;
        bytes = smaller.into_inner();
    }
    Ok(Embedded {
        step,
        size: (picture.width(), picture.height()),
        uri: uri(&bytes),
    })
}

/// A PNG file as a `data:` URI.
pub(super) fn uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

/// At most `most` (two or more) of `count` indices, including the first and the last.
pub(super) fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let chosen = count.min(most);
    (0..chosen).map(move |number| match chosen {
        1 => 0,
        _ => number * (count - 1) / (chosen - 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_spread_over_the_run() {
        let spread = |count| spread(count, 6).collect::<Vec<_>>();
        assert!(spread(0).is_empty());
        assert_eq!(spread(1), [0]);
        assert_eq!(spread(6), [0, 1, 2, 3, 4, 5]);
        assert_eq!(spread(101), [0, 20, 40, 60, 80, 100]);
    }
}
