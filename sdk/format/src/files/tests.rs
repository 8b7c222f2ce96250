//! Round trips of every format, and wrong or damaged files.

use std::path::{Path, PathBuf};

use ::exr::prelude as ex;
use ::png::{BitDepth, ColorType};
use ndarray::{Array2, array};
use tempfile::TempDir;

use super::{read_label, read_layer, read_picture, write_png};
use crate::{
    error::ErrorKind,
    label::{Label, LabelMap, Transfer},
    picture::Picture,
};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn png(folder: &TempDir, color: ColorType, bits: BitDepth, size: [u32; 2], data: &[u8]) -> PathBuf {
    let path = folder.path().join("label.png");
    let file = std::fs::File::create(&path).unwrap();
    let mut encoder = ::png::Encoder::new(file, size[0], size[1]);
    encoder.set_color(color);
    encoder.set_depth(bits);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![0; 3 * 16]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    path
}

fn exr(folder: &TempDir, channels: &[(&str, [f32; 4])]) -> PathBuf {
    let path = folder.path().join("label.exr");
    let channels = channels
        .iter()
        .map(|(name, values)| ex::AnyChannel::new(*name, ex::FlatSamples::F32(values.to_vec())));
    let channels = ex::AnyChannels::sort(channels.collect());
    let image = ex::Image::from_channels((2, 2), channels);
    use ex::WritableImage;
    image.write().to_file(&path).unwrap();
    path
}

fn npy(folder: &TempDir, descr: &str, shape: &str, data: &[u8]) -> PathBuf {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    let path = folder.path().join("label.npy");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn semantics() -> Label {
    Label::semantics(["wall", "floor", "chair"])
}

#[track_caller]
fn values(path: &Path, label: &Label) -> Vec<f32> {
    match read_label(path, label).unwrap() {
        LabelMap::Values(values) => values.iter().copied().collect(),
        LabelMap::Classes(_) => panic!("class ids"),
    }
}

#[track_caller]
fn classes(path: &Path) -> Array2<i32> {
    match read_label(path, &semantics()).unwrap() {
        LabelMap::Classes(ids) => ids,
        LabelMap::Values(_) => panic!("values"),
    }
}

/// The message of the error, which names the file.
#[track_caller]
fn refused(path: &Path, label: &Label) -> String {
    let message = read_label(path, label).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    let rest = message.strip_prefix(&format!("{}: ", path.display()));
    rest.unwrap_or_else(|| panic!("no file in: {message}"))
        .to_owned()
}

#[track_caller]
fn assert_same(got: &[f32], expected: &[f32]) {
    let same = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-6 || a.is_nan() && b.is_nan();
    assert_eq!(got.len(), expected.len());
    assert!(
        got.iter().zip(expected).all(same),
        "{got:?}, expected {expected:?}"
    );
}

const N: f32 = f32::NAN;

#[test]
fn png_depth() {
    let dir = folder();
    let data: Vec<u8> = [0u16, 512, 1, 65_535]
        .into_iter()
        .flat_map(u16::to_be_bytes)
        .collect();
    let path = png(&dir, ColorType::Grayscale, BitDepth::Sixteen, [2, 2], &data);
    assert_same(&values(&path, &Label::depth()), &[N, 1.0, 1.0 / 512.0, N]);
}

#[test]
fn png_normals_have_unit_length() {
    let dir = folder();
    let data = [254, 127, 127, 128, 128, 128, 191, 127, 190, 127, 127, 127];
    let path = png(&dir, ColorType::Rgb, BitDepth::Eight, [4, 1], &data);
    let (x, z) = (64.0 / 127.0, 63.0 / 127.0);
    let length = f32::sqrt(x * x + z * z);
    let expected = [1.0, N, x / length, N, 0.0, N, 0.0, N, 0.0, N, z / length, N];
    assert_same(&values(&path, &Label::normals()), &expected);
}

#[test]
fn png_curvature_takes_two_channels_with_or_without_alpha() {
    let dir = folder();
    let expected = [1.0 / (127.0 * 0.03), N, 0.0, N];
    let data = [128, 127, 9, 0, 0, 9];
    let path = png(&dir, ColorType::Rgb, BitDepth::Eight, [2, 1], &data);
    assert_same(&values(&path, &Label::curvature()), &expected);
    let data = [128, 127, 9, 255, 0, 0, 9, 0];
    let path = png(&dir, ColorType::Rgba, BitDepth::Eight, [2, 1], &data);
    assert_same(&values(&path, &Label::curvature()), &expected);
}

#[test]
fn png_albedo_is_linear() {
    let dir = folder();
    let path = png(
        &dir,
        ColorType::Rgb,
        BitDepth::Eight,
        [2, 1],
        &[255, 0, 188, 0, 0, 0],
    );
    let got = values(&path, &Label::albedo());
    assert_same(&got[..4], &[1.0, N, 0.0, N]);
    assert!((got[4] - 0.5).abs() < 0.01);
    assert_eq!(Label::albedo().png.unwrap().transfer, Transfer::Srgb);
}

#[test]
fn png_classes_gray_and_palette() {
    let dir = folder();
    let expected = array![[0, 1], [2, 255]];
    let path = png(
        &dir,
        ColorType::Grayscale,
        BitDepth::Eight,
        [2, 2],
        &[1, 2, 3, 0],
    );
    assert_eq!(classes(&path), expected);
    let path = png(
        &dir,
        ColorType::Indexed,
        BitDepth::Eight,
        [2, 2],
        &[1, 2, 3, 0],
    );
    assert_eq!(classes(&path), expected);
    let path = png(
        &dir,
        ColorType::Indexed,
        BitDepth::Four,
        [3, 2],
        &[0x12, 0x30, 0x00, 0x10],
    );
    assert_eq!(classes(&path), array![[0, 1, 2], [255, 255, 0]]);
    let path = png(
        &dir,
        ColorType::Indexed,
        BitDepth::Two,
        [2, 2],
        &[0b0110_0000, 0b1100_0000],
    );
    assert_eq!(classes(&path), expected);
}

/// A palette file of two bits a pixel, 2 x 2.
fn png_with_palette(folder: &TempDir, palette: &[u8], data: &[u8]) -> PathBuf {
    let path = folder.path().join("label.png");
    let mut encoder = ::png::Encoder::new(std::fs::File::create(&path).unwrap(), 2, 2);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Two);
    encoder.set_palette(palette.to_vec());
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    path
}

#[test]
fn png_palettes_of_grays_are_grays() {
    let dir = folder();
    let indices = [0b0001_0000, 0b1011_0000];
    let grays = [3, 3, 3, 1, 1, 1, 0, 0, 0, 2, 2, 2];
    let path = png_with_palette(&dir, &grays, &indices);
    assert_eq!(classes(&path), array![[2, 0], [255, 1]]);
    // Class ids as stored, whatever the colours are.
    let colors = [0, 0, 0, 3, 3, 3, 9, 0, 0, 1, 1, 1];
    let path = png_with_palette(&dir, &colors, &indices);
    assert_eq!(classes(&path), array![[255, 0], [1, 2]]);
    let black = [0; 12];
    assert_eq!(
        classes(&png_with_palette(&dir, &black, &indices)),
        array![[255, 0], [1, 2]]
    );
    let path = png_with_palette(&dir, &grays[..6], &indices);
    assert_eq!(
        refused(&path, &semantics()),
        "pixel (0, 1): 2 is not in the palette"
    );
}

#[test]
fn png_samples_are_looked_up_and_scaled() {
    let dir = folder();
    let indices = [0b0001_0000, 0b1011_0000];
    let colors = [0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255];
    let path = png_with_palette(&dir, &colors, &indices);
    let expected = [N, 1.0, 0.0, 1.0, N, 0.0, 1.0, 1.0, N, 0.0, 0.0, 1.0];
    assert_same(&values(&path, &Label::albedo()), &expected);
    let picture = read_picture(&path).unwrap();
    let bytes = [0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255];
    assert_eq!(picture.to_rgb8(), bytes);
    // A gray of two bits is one of 0, 85, 170 and 255.
    let path = png(
        &dir,
        ColorType::Grayscale,
        BitDepth::Two,
        [2, 2],
        &[0b0001_0000, 0b1011_0000],
    );
    let grays: Vec<u8> = read_picture(&path).unwrap().to_rgb8();
    assert_eq!(grays, [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]);
    let mut eight_bits = Label::edges().png.unwrap();
    (eight_bits.bits, eight_bits.scale) = (8, 1.0 / 255.0);
    let label = Label::edges().with_png(eight_bits);
    let thirds = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
    assert_same(&values(&path, &label), &thirds);
    let grays = [85, 85, 85, 255, 255, 255, 0, 0, 0, 170, 170, 170];
    let path = png_with_palette(&dir, &grays, &indices);
    assert_same(&values(&path, &label), &[1.0 / 3.0, 1.0, 0.0, 2.0 / 3.0]);
}

#[test]
fn png_of_the_wrong_kind() {
    let dir = folder();
    let path = png(&dir, ColorType::Grayscale, BitDepth::Eight, [2, 1], &[1, 2]);
    assert_eq!(
        refused(&path, &Label::depth()),
        "8 bits a channel, but label `depth` needs 16"
    );
    let message = refused(&path, &Label::normals());
    assert_eq!(message, "a gray PNG file, but label `normals` needs RGB");
    let path = png(&dir, ColorType::Rgb, BitDepth::Eight, [1, 1], &[1, 2, 3]);
    let message = refused(&path, &semantics());
    assert_eq!(
        message,
        "a RGB PNG file, but label `semantics` needs gray or palette"
    );
    let path = png(&dir, ColorType::Grayscale, BitDepth::Four, [1, 1], &[0x10]);
    assert_eq!(
        refused(&path, &semantics()),
        "4 bits a channel, but label `semantics` needs 8"
    );
    let path = png(
        &dir,
        ColorType::Grayscale,
        BitDepth::Eight,
        [2, 2],
        &[1, 2, 9, 0],
    );
    assert_eq!(
        refused(&path, &semantics()),
        "pixel (0, 1): the value 9 stands for class 8, expected 0 to 2"
    );
    let without_code = Label::depth().with_png(None);
    let error = read_label(&path, &without_code).unwrap_err().to_string();
    assert!(error.contains("no PNG code"), "{error}");
}

#[test]
fn png_that_promises_too_much() {
    let dir = folder();
    let path = png(&dir, ColorType::Grayscale, BitDepth::Eight, [2, 1], &[1, 2]);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    // The correct checksum of the changed header.
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    let error = read_label(&path, &semantics()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Size);
    assert!(error.reason().starts_with("60000x"), "{error}");
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, &byte: &u8| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| {
            if c & 1 == 1 {
                0xEDB8_8320 ^ c >> 1
            } else {
                c >> 1
            }
        })
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn exr_channels_by_custom() {
    let dir = folder();
    let (a, b, c) = ([1.0; 4], [2.0; 4], [3.0; 4]);
    let first = |path: &Path, label: &Label| values(path, label)[0];
    for name in ["Y", "Z", "V", "r", "anything", "ViewLayer.Depth.Z"] {
        assert_eq!(
            first(&exr(&dir, &[(name, a)]), &Label::depth()),
            1.0,
            "{name}"
        );
    }
    let path = exr(&dir, &[("R", a), ("G", b), ("B", c)]);
    assert_eq!(first(&path, &Label::depth()), 1.0);
    assert_same(
        &values(&path, &Label::curvature()),
        &[1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0],
    );
    let path = exr(&dir, &[("n.X", a), ("n.Y", [0.0; 4]), ("n.Z", [0.0; 4])]);
    assert_eq!(
        values(&path, &Label::normals())[..5],
        [1.0, 1.0, 1.0, 1.0, 0.0]
    );
    let message = refused(&path, &Label::depth());
    assert!(
        message.starts_with("does not hold `depth`, but `n`"),
        "{message}"
    );
    let layers = [
        ("L.Depth.Z", a),
        ("L.Normal.X", b),
        ("L.Normal.Y", b),
        ("L.Normal.Z", b),
    ];
    assert_eq!(first(&exr(&dir, &layers), &Label::depth()), 1.0);
    let message = refused(&exr(&dir, &layers), &Label::curvature());
    assert!(
        message
            .starts_with("none of its layers is known to hold `curvature`: `L.Depth`, `L.Normal`"),
        "{message}"
    );
    let path = exr(&dir, &layers);
    let named = read_layer(&path, "l.depth", &Label::depth()).unwrap();
    assert_eq!(named, read_label(&path, &Label::depth()).unwrap());
    let error = read_layer(&path, "Mist", &Label::depth()).unwrap_err();
    assert_eq!(
        error.reason(),
        "no layer `Mist`; there are `L.Depth`, `L.Normal`"
    );
}

#[test]
fn exr_values() {
    let dir = folder();
    let path = exr(&dir, &[("Z", [0.5, f32::INFINITY, 1e10, N])]);
    assert_same(&values(&path, &Label::depth()), &[0.5, N, N, N]);
    let path = exr(&dir, &[("Z", [0.0, -3.0, 1e8, 65_504.0])]);
    assert_same(&values(&path, &Label::depth()), &[N, N, N, 65_504.0]);
    // Unreal's passes are half floats, whatever the file's.
    let path = exr(&dir, &[("A_WorldDepth.R", [1.0, 65_504.0, 65_505.0, 2.0])]);
    assert_same(&values(&path, &Label::depth()), &[1.0, N, 65_505.0, 2.0]);
    let path = exr(&dir, &[("Y", [0.0, -3.0, 9e7, 1e8])]);
    assert_same(&values(&path, &Label::edges()), &[0.0, -3.0, 9e7, N]);
    let path = exr(
        &dir,
        &[
            ("X", [3.0, 0.0, 1.0, N]),
            ("Y", [4.0, 0.0, 0.0, 0.0]),
            ("Z", [0.0; 4]),
        ],
    );
    let expected = [0.6, N, 1.0, N, 0.8, N, 0.0, N, 0.0, N, 0.0, N];
    assert_same(&values(&path, &Label::normals()), &expected);
    let path = exr(&dir, &[("id", [0.0, 2.0, 255.0, N])]);
    assert_eq!(classes(&path), array![[0, 2], [255, 255]]);
    let path = exr(&dir, &[("id", [0.0, 2.0, 1.5, 0.0])]);
    assert_eq!(
        refused(&path, &semantics()),
        "pixel (0, 1): class id 1.5 is not a whole number"
    );
    let path = exr(&dir, &[("id", [0.0, 3.0, 0.0, 0.0])]);
    let message = refused(&path, &semantics());
    assert_eq!(
        message,
        "pixel (1, 0): class id 3, expected 0 to 2 (or 255 for missing)"
    );
}

#[test]
fn exr_half_floats_and_whole_numbers() {
    let dir = folder();
    let path = dir.path().join("label.exr");
    use ex::WritableImage;
    let half = half::f16::from_f32(0.25);
    for samples in [
        ex::FlatSamples::F16(vec![half; 2]),
        ex::FlatSamples::U32(vec![1; 2]),
    ] {
        let expected = if matches!(samples, ex::FlatSamples::U32(_)) {
            1.0
        } else {
            0.25
        };
        let channels =
            ex::AnyChannels::sort([ex::AnyChannel::new("Z", samples)].into_iter().collect());
        let image = ex::Image::from_channels((2, 1), channels);
        image.write().to_file(&path).unwrap();
        assert_same(&values(&path, &Label::depth()), &[expected; 2]);
    }
    // The largest half is what everything beyond it becomes.
    let halves = [half::f16::MAX, half::f16::from_f32(65_472.0)];
    let samples = ex::FlatSamples::F16(halves.to_vec());
    let channels = ex::AnyChannels::sort([ex::AnyChannel::new("Z", samples)].into_iter().collect());
    let image = ex::Image::from_channels((2, 1), channels);
    image.write().to_file(&path).unwrap();
    assert_same(&values(&path, &Label::depth()), &[N, 65_472.0]);
}

#[test]
fn npy_of_every_shape_and_type() {
    let dir = folder();
    let data = floats(&[1.0, 2.0, N, 4.0]);
    for shape in ["(2, 2)", "(1, 2, 2)", "(2, 2, 1)"] {
        assert_same(
            &values(&npy(&dir, "<f4", shape, &data), &Label::depth()),
            &[1.0, 2.0, N, 4.0],
        );
    }
    let doubles: Vec<u8> = [1.5f64, 1e300]
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    assert_same(
        &values(&npy(&dir, "<f8", "(1, 2)", &doubles), &Label::depth()),
        &[1.5, N],
    );
    let halves: Vec<u8> = [0x3E00u16].into_iter().flat_map(u16::to_le_bytes).collect();
    assert_same(
        &values(&npy(&dir, "<f2", "(1, 1)", &halves), &Label::depth()),
        &[1.5],
    );
    let largest = half::f16::MAX.to_le_bytes();
    let path = npy(&dir, "<f2", "(1, 1)", &largest);
    assert_same(&values(&path, &Label::depth()), &[N]);
    for value in [0.0, -2.0, 1e8, f32::MAX] {
        let path = npy(&dir, "<f4", "(1, 1)", &floats(&[value]));
        let map = read_label(&path, &Label::depth()).unwrap();
        assert_eq!(map.known_share(&Label::depth()), 0.0, "{value}");
    }
    let data = floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let curvature = Label::curvature();
    assert_same(
        &values(&npy(&dir, "<f4", "(1, 3, 2)", &data), &curvature),
        &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0],
    );
    let path = npy(&dir, "<f4", "(3, 2, 1, 1)", &data);
    let message = refused(&path, &Label::depth());
    assert_eq!(
        message,
        "has the shape [3, 2, 1, 1], but label `depth` needs [H, W], [1, H, W] or [H, W, 1]"
    );
    let ids = [
        ("|u1", vec![0, 2]),
        ("<u2", vec![0, 0, 2, 0]),
        ("<i4", vec![0, 0, 0, 0, 2, 0, 0, 0]),
    ];
    for (descr, data) in ids {
        assert_eq!(
            classes(&npy(&dir, descr, "(1, 2)", &data)),
            array![[0, 2]],
            "{descr}"
        );
    }
    let long: Vec<u8> = [1i64, 255].into_iter().flat_map(i64::to_le_bytes).collect();
    assert_eq!(
        classes(&npy(&dir, "<i8", "(1, 2)", &long)),
        array![[1, 255]]
    );
    let path = npy(&dir, "|u1", "(1, 2)", &[0, 7]);
    let message = refused(&path, &semantics());
    assert_eq!(
        message,
        "pixel (1, 0): class id 7, expected 0 to 2 (or 255 for missing)"
    );
    assert_eq!(
        refused(&path, &Label::depth()),
        "holds whole numbers, but label `depth` needs floats in its unit"
    );
}

#[test]
fn npy_that_promises_too_much() {
    let dir = folder();
    let path = npy(&dir, "<f4", "(2, 2)", &[0; 15]);
    let message = refused(&path, &Label::depth());
    assert_eq!(message, "15 bytes of numbers, but its header promises 16");
    let path = npy(&dir, "<f4", "(99999999999, 99999999999)", &[]);
    let error = read_label(&path, &Label::depth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Size);
}

/// A file that is cut short anywhere is rejected, with its name in the error.
#[test]
fn files_cut_short() {
    let dir = folder();
    let noise: Vec<u8> = (0..64u32 * 64 * 2)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let png = png(
        &dir,
        ColorType::Grayscale,
        BitDepth::Sixteen,
        [64, 64],
        &noise,
    );
    let exr = exr(&dir, &[("Z", [1.0, 2.0, 3.0, 4.0])]);
    let npy = npy(&dir, "<f4", "(2, 2)", &floats(&[1.0, 2.0, 3.0, 4.0]));
    for path in [png, exr, npy] {
        read_label(&path, &Label::depth()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        // PNG ends with 16 bytes that hold no pixels: checksum and end mark.
        let needed = whole.len()
            - if path.extension().unwrap() == "png" {
                16
            } else {
                0
            };
        let step = needed.div_ceil(200);
        for length in (0..needed).step_by(step).chain([needed - 1]) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let message = refused(&path, &Label::depth());
            assert!(!message.is_empty(), "{length} bytes");
        }
    }
}

/// A damaged file is either rejected or read, but never causes a panic.
#[test]
fn damaged_files() {
    let dir = folder();
    let exr = exr(&dir, &[("Z", [1.0, 2.0, 3.0, 4.0])]);
    let png = png(
        &dir,
        ColorType::Grayscale,
        BitDepth::Sixteen,
        [2, 2],
        &[7; 8],
    );
    let npy = npy(&dir, "<f4", "(2, 2)", &[0; 16]);
    for path in [exr, png, npy] {
        let whole = std::fs::read(&path).unwrap();
        for position in 0..whole.len() {
            for damage in [0x00, 0x01, 0x7F, 0x80, 0xFF] {
                let mut bytes = whole.clone();
                bytes[position] ^= damage;
                std::fs::write(&path, bytes).unwrap();
                let _ = read_label(&path, &Label::depth());
            }
        }
    }
}

#[test]
fn files_that_are_something_else() {
    let dir = folder();
    for name in ["label.png", "label.exr", "label.npy"] {
        let path = dir.path().join(name);
        let error = read_label(&path, &Label::depth()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{name}");
        std::fs::write(&path, b"something else entirely").unwrap();
        let message = refused(&path, &Label::depth());
        assert!(message.contains("not a "), "{message}");
    }
    let path = dir.path().join("label.jpg");
    assert_eq!(
        refused(&path, &Label::depth()),
        "a label is read from a .png, .exr or .npy file"
    );
}

#[test]
fn npy_booleans_batches_and_old_headers() {
    let dir = folder();
    let path = npy(&dir, "|b1", "(2, 2)", &[0, 1, 255, 0]);
    assert_same(&values(&path, &Label::edges()), &[0.0, 1.0, 1.0, 0.0]);
    assert_eq!(
        refused(&path, &Label::depth()),
        "holds whole numbers, but label `depth` needs floats in its unit"
    );
    assert_eq!(classes(&path), array![[0, 1], [1, 0]]);
    let data = floats(&[1.0, 2.0, 3.0, 4.0]);
    for shape in [
        "(2L, 2L)",
        "(1, 1, 2, 2)",
        "(1, 2, 2, 1)",
        "(1, 1, 1, 2, 2)",
    ] {
        let path = npy(&dir, "<f4", shape, &data);
        assert_same(&values(&path, &Label::depth()), &[1.0, 2.0, 3.0, 4.0]);
    }
    let path = npy(&dir, "<f4", "(2, 1, 1, 2)", &data);
    let message = refused(&path, &Label::depth());
    assert!(
        message.starts_with("has the shape [2, 1, 1, 2]"),
        "{message}"
    );
}

#[test]
fn pictures_survive_a_round_trip() {
    let dir = folder();
    let path = dir.path().join("picture.png");
    let mut picture = Picture::new(3, 2);
    for (index, value) in picture.values_mut().iter_mut().enumerate() {
        *value = index as f32 / 255.0;
    }
    write_png(&path, &picture).unwrap();
    let back = read_picture(&path).unwrap();
    assert_eq!(back.to_rgb8(), picture.to_rgb8());
    assert_eq!(
        std::fs::read_dir(&dir).unwrap().count(),
        1,
        "no temporary file stays"
    );
    let nowhere = dir.path().join("no/such/folder/picture.png");
    let error = write_png(nowhere, &picture).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(write_png(&path, &Picture::default()).is_err());
    assert_eq!(
        read_picture(&path).unwrap(),
        back,
        "a failure leaves the file as it was"
    );
}

#[test]
fn channels_beyond_four_need_another_format() {
    let dir = folder();
    let label = Label::depth().with_channels(5);
    let path = png(&dir, ColorType::Grayscale, BitDepth::Eight, [2, 1], &[1, 2]);
    assert_eq!(
        refused(&path, &label),
        "label `depth` has too many channels for PNG"
    );
}
