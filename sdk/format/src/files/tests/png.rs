//! PNG files: codes, palettes, bit depths.

use super::*;

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
fn channels_beyond_four_need_another_format() {
    let dir = folder();
    let label = Label::depth().with_channels(5);
    let path = png(&dir, ColorType::Grayscale, BitDepth::Eight, [2, 1], &[1, 2]);
    assert_eq!(
        refused(&path, &label),
        "label `depth` has too many channels for PNG"
    );
}
