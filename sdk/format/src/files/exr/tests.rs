//! Windows of OpenEXR files, and files that claim what they do not have.

use std::path::{Path, PathBuf};

use ::exr::prelude::WritableImage;
use ::exr::{
    image::{Encoding as Pixels, Layer as Part},
    math::Vec2,
    meta::{
        attribute::{IntegerBounds, LevelMode, TileDescription},
        header::{ImageAttributes, LayerAttributes},
    },
    prelude as ex,
};
use ndarray::{Array2, s};
use tempfile::TempDir;

use super::OpenExr;
use crate::{
    error::ErrorKind,
    files::read_label,
    label::{Label, LabelMap},
};

type Window = ((i32, i32), (usize, usize));

fn bounds(((x, y), (width, height)): Window) -> IntegerBounds {
    IntegerBounds::new((x, y), (width, height))
}

/// A part with a channel `Z` that holds 1000 y + x + 1 in the coordinates of the file, plus `offset`.
fn part(
    name: &str,
    window: Window,
    offset: f32,
    pixels: Pixels,
) -> Part<ex::AnyChannels<ex::FlatSamples>> {
    let ((left, top), (width, height)) = window;
    let value = |at: usize| {
        let (x, y) = (left + (at % width) as i32, top + (at / width) as i32);
        (1000 * y + x) as f32 + offset
    };
    let samples = ex::FlatSamples::F32((0..width * height).map(value).collect());
    let channels = ex::AnyChannels::sort([ex::AnyChannel::new("Z", samples)].into_iter().collect());
    let attributes = LayerAttributes::named(name).with_position(Vec2(left, top));
    Part::new((width, height), attributes, pixels, channels)
}

fn write(
    folder: &TempDir,
    display: Window,
    parts: Vec<Part<ex::AnyChannels<ex::FlatSamples>>>,
) -> PathBuf {
    let path = folder.path().join("a.exr");
    let attributes = ImageAttributes::new(bounds(display));
    let image = ex::Image::from_layers(attributes, parts);
    image.write().non_parallel().to_file(&path).unwrap();
    path
}

#[track_caller]
fn depth(path: &Path) -> Array2<f32> {
    match read_label(path, &Label::depth()).unwrap() {
        LabelMap::Values(values) => values.slice(s![0, .., ..]).to_owned(),
        LabelMap::Classes(_) => panic!("class ids"),
    }
}

#[test]
fn the_data_window_is_placed_in_the_display_window() {
    let folder = TempDir::new().unwrap();
    let tiled = Pixels {
        blocks: ex::Blocks::Tiles(Vec2(5, 3)),
        ..Pixels::SMALL_LOSSLESS
    };
    let display: Window = ((-3, 2), (20, 12));
    let windows: [Window; 8] = [
        // The same, inside, larger, over each corner, beside.
        ((-3, 2), (20, 12)),
        ((0, 5), (4, 3)),
        ((-10, -10), (60, 70)),
        ((-9, -1), (10, 7)),
        ((10, 9), (33, 22)),
        ((-40, 4), (300, 2)),
        ((100, 100), (6, 6)),
        ((-30, -30), (7, 9)),
    ];
    for pixels in [Pixels::SMALL_LOSSLESS, Pixels::UNCOMPRESSED, tiled] {
        for window in windows {
            let path = write(&folder, display, vec![part("p", window, 50_000.0, pixels)]);
            let found = depth(&path);
            assert_eq!(found.dim(), (12, 20));
            let ((left, top), (width, height)) = window;
            for ((row, column), &value) in found.indexed_iter() {
                let (x, y) = (column as i32 - 3, row as i32 + 2);
                let inside = (left..left + width as i32).contains(&x)
                    && (top..top + height as i32).contains(&y);
                let expected = (1000 * y + x) as f32 + 50_000.0;
                let fits = if inside {
                    value == expected
                } else {
                    value.is_nan()
                };
                assert!(fits, "{window:?} at {x} {y}: {value}");
            }
        }
    }
}

#[test]
fn parts_with_different_windows_fit_together() {
    let folder = TempDir::new().unwrap();
    let parts = vec![
        part("first", ((-2, 0), (6, 5)), 10_000.0, Pixels::SMALL_LOSSLESS),
        part("second", ((1, 2), (9, 9)), 20_000.0, Pixels::SMALL_LOSSLESS),
    ];
    let path = write(&folder, ((0, 0), (6, 6)), parts);
    let file = OpenExr::open(&path).unwrap();
    let channels: Vec<_> = file
        .layers()
        .iter()
        .flat_map(|layer| layer.channels(1).unwrap())
        .collect();
    let values = file.read(&channels).unwrap();
    assert_eq!(values.dim(), (2, 6, 6));
    assert_eq!([values[[0, 3, 2]], values[[1, 3, 2]]], [13_002.0, 23_002.0]);
    assert!(values[[0, 3, 4]].is_nan() && values[[1, 0, 4]].is_nan());
}

#[test]
fn smaller_levels_are_not_the_picture() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.exr");
    let blocks = ::exr::meta::BlockDescription::Tiles(TileDescription {
        tile_size: Vec2(4, 4),
        level_mode: LevelMode::MipMap,
        rounding_mode: ::exr::math::RoundingMode::Down,
    });
    let channel = ::exr::meta::attribute::ChannelDescription::named(
        "Z",
        ::exr::meta::attribute::SampleType::F32,
    );
    let channels = [channel].into_iter().collect();
    let header = ::exr::meta::header::Header::new(ex::Text::new_or_panic("p"), (8, 8), channels)
        .with_encoding(
            ::exr::compression::Compression::ZIP16,
            blocks,
            ::exr::meta::attribute::LineOrder::Increasing,
        );
    let file = std::fs::File::create(&path).unwrap();
    let headers = [header].into_iter().collect();
    ::exr::block::write(
        std::io::BufWriter::new(file),
        headers,
        false,
        |meta, writer| {
            use ::exr::block::writer::ChunksWriter;
            let blocks: Vec<_> = meta
                .collect_ordered_blocks(|index| {
                    let value: f32 = if index.level == Vec2(0, 0) { 7.0 } else { 3.0 };
                    let bytes = value.to_ne_bytes().repeat(index.pixel_size.area());
                    ::exr::block::UncompressedBlock { index, data: bytes }
                })
                .collect();
            for (place, block) in blocks {
                let chunk = block.compress_to_chunk(&meta.headers)?;
                writer.write_chunk(place, chunk)?;
            }
            Ok(())
        },
    )
    .unwrap();
    assert!(depth(&path).iter().all(|&value| value == 7.0));
}

/// A file of one part and one channel, whose bytes a test changes.
fn bytes(
    folder: &TempDir,
    side: usize,
    compression: ::exr::compression::Compression,
) -> (PathBuf, Vec<u8>) {
    let pixels = Pixels {
        compression,
        ..Pixels::SMALL_LOSSLESS
    };
    let whole = ((0, 0), (side, side));
    let path = write(folder, whole, vec![part("p", whole, 1.0, pixels)]);
    let bytes = std::fs::read(&path).unwrap();
    (path, bytes)
}

/// The position after an attribute's name, type and length.
fn value_of(bytes: &[u8], name: &str) -> usize {
    let find = |what: &[u8]| {
        bytes
            .windows(what.len())
            .position(|window| window == what)
            .unwrap()
    };
    let name = find(format!("{name}\0").as_bytes()) + name.len() + 1;
    let kind = bytes[name..].iter().position(|&byte| byte == 0).unwrap();
    name + kind + 1 + 4
}

#[test]
fn windows_are_checked_before_memory_is_allocated() {
    let folder = TempDir::new().unwrap();
    let (path, whole) = bytes(&folder, 8, ::exr::compression::Compression::ZIP16);
    for (attribute, right, bottom) in [
        ("displayWindow", 16_384, 7),
        ("displayWindow", i32::MAX - 1, i32::MAX - 1),
        ("dataWindow", 7, 16_384),
        ("dataWindow", i32::MAX / 2, 7),
        ("dataWindow", i32::MAX, i32::MAX),
        ("dataWindow", -1, -1),
        ("dataWindow", 16_383, 16_383),
    ] {
        let mut bytes = whole.clone();
        let at = value_of(&bytes, attribute) + 8;
        bytes[at..at + 4].copy_from_slice(&i32::to_le_bytes(right));
        bytes[at + 4..at + 8].copy_from_slice(&i32::to_le_bytes(bottom));
        std::fs::write(&path, bytes).unwrap();
        let error = read_label(&path, &Label::depth()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Size | ErrorKind::File),
            "{attribute} {right} {bottom}: {error}"
        );
    }
}

/// Every number at the start of a chunk of DWA, changed to something too large.
#[test]
fn sizes_in_dwa_chunks_are_checked() {
    let folder = TempDir::new().unwrap();
    for compression in [
        ::exr::compression::Compression::DWAA(None),
        ::exr::compression::Compression::DWAB(None),
    ] {
        let (path, whole) = bytes(&folder, 40, compression);
        let expected = depth(&path);
        assert_eq!(expected.dim(), (40, 40));
        // The version of the chunk is 2, and its sizes follow.
        let version = 2u64.to_le_bytes();
        let start = whole.windows(8).rposition(|window| window == version);
        let Some(start) = start else {
            panic!("no chunk")
        };
        for number in 1..11 {
            for claim in [1u64 << 20, 1 << 34, 1 << 38, i64::MAX as u64, u64::MAX] {
                let mut bytes = whole.clone();
                bytes[start + 8 * number..][..8].copy_from_slice(&claim.to_le_bytes());
                std::fs::write(&path, bytes).unwrap();
                let error = read_label(&path, &Label::depth()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::File, "{number} {claim}: {error}");
            }
        }
    }
}

#[test]
fn absurd_numbers_of_channels_are_refused() {
    let message = refused_with_channels(2000);
    assert!(message.starts_with("has blocks of 33"), "{message}");
    let message = refused_with_channels(5000);
    assert!(message.starts_with("has 5001 channels"), "{message}");
}

fn refused_with_channels(count: usize) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.exr");
    let name = |number: usize| format!("layer{number:04}.Z");
    let channel = |name: String| {
        ::exr::meta::attribute::ChannelDescription::named(
            ex::Text::new_or_panic(name),
            ::exr::meta::attribute::SampleType::F32,
        )
    };
    // 256 lines of 16384 pixels with 2000 channels: 34 GB.
    let channels = [channel("Z".into())]
        .into_iter()
        .chain((0..count).map(|number| channel(name(number))));
    let header = ::exr::meta::header::Header::new(
        ex::Text::new_or_panic("p"),
        (16_384, 256),
        channels.collect(),
    )
    .with_encoding(
        ::exr::compression::Compression::DWAB(None),
        ::exr::meta::BlockDescription::ScanLines,
        ::exr::meta::attribute::LineOrder::Increasing,
    );
    let mut file = Vec::new();
    file.extend([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]);
    header.write(&mut file).unwrap();
    file.push(0);
    let offset = file.len() as u64 + 8;
    file.extend(offset.to_le_bytes());
    file.extend([0; 4096]);
    std::fs::write(&path, file).unwrap();
    let error = read_label(&path, &Label::depth()).unwrap_err();
    error.reason().to_owned()
}

#[test]
fn a_tiny_data_window_does_not_claim_gigabytes() {
    let folder = TempDir::new().unwrap();
    let display = ((0, 0), (16_384, 16_384));
    let small = part("p", ((7, 9), (4, 4)), 1.0, Pixels::SMALL_LOSSLESS);
    let file = OpenExr::open(write(&folder, display, vec![small])).unwrap();
    let channel = file.layers()[0].channels(1).unwrap()[0];
    let error = file.read(&[channel, channel]).unwrap_err();
    assert_eq!(error.reason(), "too short for 16384x16384 pixels");
}
