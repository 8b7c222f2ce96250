//! Round trips of every format, and wrong or damaged files.

mod npy;
mod png;

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
