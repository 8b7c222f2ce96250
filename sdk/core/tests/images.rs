//! Images in the caller's memory say the same as label maps, whatever their format and layout.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use half::f16;
use multicond::{
    ErrorKind, Fit, Frame, Generator, Picture,
    label::LabelMap,
    pixels::{
        Channels, ColorSpace, Component, DeviceDepth, Format, Image, ImageMut, LabelImage, Layout,
        Meaning, NormalCode, Origin, Output,
    },
};
use multicond_test_support::{
    engines::{available, options},
    small::{model, write},
};
use ndarray::{Array2, Array3};

const WIDTH: usize = 8;
const HEIGHT: usize = 4;

/// A generator of the small model on the first engine there is; which one makes no difference here.
fn generator() -> Option<Generator> {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let engine = *available().first()?;
    let options = options(engine).with_fit(Fit::Pad);
    Some(Generator::open(path, &options).unwrap())
}

fn with_map(generator: &mut Generator, name: &str, map: LabelMap) -> Picture {
    let mut frame = Frame::new(WIDTH, HEIGHT);
    frame.set(name, map).unwrap();
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    picture
}

fn with_image(generator: &mut Generator, name: &str, image: LabelImage<'_>) -> Picture {
    let mut frame = Frame::new(WIDTH, HEIGHT);
    frame.set_image(name, image).unwrap();
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    picture
}

fn layout() -> Layout {
    Layout::new(WIDTH, HEIGHT)
}

/// Pixels row by row, each some numbers, to bytes.
fn bytes(component: Component, numbers: impl IntoIterator<Item = f64>) -> Vec<u8> {
    let number = |n: f64| match component {
        Component::U8 => (n as u8).to_ne_bytes().to_vec(),
        Component::U16 => (n as u16).to_ne_bytes().to_vec(),
        Component::I32 => (n as i32).to_ne_bytes().to_vec(),
        Component::F16 => f16::from_f64(n).to_ne_bytes().to_vec(),
        Component::F32 => (n as f32).to_ne_bytes().to_vec(),
    };
    numbers.into_iter().flat_map(number).collect()
}

const COMPONENTS: [Component; 5] = [
    Component::U8,
    Component::U16,
    Component::I32,
    Component::F16,
    Component::F32,
];

fn pixels() -> impl Iterator<Item = (usize, usize)> {
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (y, x)))
}

/// Whole numbers that every format can hold.
fn depth(y: usize, x: usize) -> f64 {
    (1 + x + 8 * y) as f64
}

fn depth_map() -> LabelMap {
    LabelMap::Values(Array3::from_shape_fn((1, HEIGHT, WIDTH), |(_, y, x)| {
        depth(y, x) as f32
    }))
}

#[test]
fn every_format_says_the_same() {
    let Some(mut generator) = generator() else {
        return;
    };
    let expected = with_map(&mut generator, "depth", depth_map());
    for component in COMPONENTS {
        for channels in [
            Channels::R,
            Channels::Rg,
            Channels::Rgb,
            Channels::Rgba,
            Channels::Bgra,
        ] {
            let position = if channels == Channels::Bgra { 2 } else { 0 };
            let numbers = pixels().flat_map(|(y, x)| {
                let count = channels.count();
                (0..count).map(move |c| if c == position { depth(y, x) } else { 99.0 })
            });
            let bytes = bytes(component, numbers);
            let format = Format::new(component, channels);
            let image = LabelImage::new(Image::new(&bytes, format, layout()).unwrap());
            assert_eq!(
                with_image(&mut generator, "depth", image),
                expected,
                "{format}"
            );
        }
    }
}

#[test]
fn class_ids_of_every_format_and_by_table() {
    let Some(mut generator) = generator() else {
        return;
    };
    let ids = |(y, x): (usize, usize)| (x + y) % 5;
    let map = Array2::from_shape_fn((HEIGHT, WIDTH), |at| match ids(at) {
        id @ 0..3 => id as i32,
        _ => 255,
    });
    let expected = with_map(&mut generator, "semantics", LabelMap::Classes(map));
    // Object 10 times as much as the class; 40 is in the table, as no class.
    let mut table = [-1; 41];
    for class in 0..3 {
        table[10 * class] = class as i32;
    }
    table[40] = 7;
    for component in COMPONENTS {
        let format = Format::new(component, Channels::R);
        let plain = bytes(component, pixels().map(|at| ids(at) as f64));
        let image = LabelImage::new(Image::new(&plain, format, layout()).unwrap());
        assert_eq!(
            with_image(&mut generator, "semantics", image),
            expected,
            "{format}"
        );
        let objects = bytes(component, pixels().map(|at| 10.0 * ids(at) as f64));
        let image = LabelImage::new(Image::new(&objects, format, layout()).unwrap())
            .with_meaning(Meaning::Classes(&table));
        assert_eq!(with_image(&mut generator, "semantics", image), expected);
        let scaled = image.with_meaning(Meaning::Plain).with_scale(0.1, 0.0);
        assert_eq!(with_image(&mut generator, "semantics", scaled), expected);
    }
}

#[test]
fn layouts_say_the_same() {
    let Some(mut generator) = generator() else {
        return;
    };
    let expected = with_map(&mut generator, "depth", depth_map());
    let format = Format::new(Component::U16, Channels::R);
    let (pixel, row) = (6, 6 * WIDTH + 10);
    for upwards in [false, true] {
        for origin in [Origin::TopLeft, Origin::BottomLeft] {
            let mut bytes = vec![0xee; 3 + HEIGHT * row];
            let first_at_top = upwards == (origin == Origin::BottomLeft);
            for (y, x) in pixels() {
                let line = if first_at_top { y } else { HEIGHT - 1 - y };
                let at = 3 + line * row + x * pixel;
                bytes[at..at + 2].copy_from_slice(&(depth(y, x) as u16).to_ne_bytes());
            }
            let layout = Layout {
                offset: if upwards { 3 + (HEIGHT - 1) * row } else { 3 },
                pixel_stride: pixel,
                row_stride: if upwards {
                    -(row as isize)
                } else {
                    row as isize
                },
                origin,
                ..layout()
            };
            let image = LabelImage::new(Image::new(&bytes, format, layout).unwrap());
            assert_eq!(
                with_image(&mut generator, "depth", image),
                expected,
                "{layout:?}"
            );
        }
    }
}

#[test]
fn missing_is_missing_however_it_is_written() {
    let Some(mut generator) = generator() else {
        return;
    };
    let is_hole = |y: usize, x: usize| (x + 3 * y).is_multiple_of(5);
    let map = Array3::from_shape_fn((1, HEIGHT, WIDTH), |(_, y, x)| match is_hole(y, x) {
        true => f32::NAN,
        false => depth(y, x) as f32,
    });
    let expected = with_map(&mut generator, "depth", LabelMap::Values(map));
    let format = Format::new(Component::F32, Channels::R);
    for hole in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let numbers = pixels().map(|(y, x)| if is_hole(y, x) { hole } else { depth(y, x) });
        let bytes = bytes(Component::F32, numbers);
        let image = LabelImage::new(Image::new(&bytes, format, layout()).unwrap());
        assert_eq!(with_image(&mut generator, "depth", image), expected);
    }
    let format = Format::new(Component::U16, Channels::R);
    let numbers = pixels().map(|(y, x)| if is_hole(y, x) { 65_535.0 } else { depth(y, x) });
    let own = bytes(Component::U16, numbers);
    let image =
        LabelImage::new(Image::new(&own, format, layout()).unwrap()).with_missing(Some(65_535.0));
    assert_eq!(with_image(&mut generator, "depth", image), expected);
    let mask: Vec<u8> = pixels().map(|(y, x)| u8::from(!is_hole(y, x))).collect();
    let mask_format = Format::new(Component::U8, Channels::R);
    let plain = bytes(Component::U16, pixels().map(|(y, x)| depth(y, x)));
    let image = LabelImage::new(Image::new(&plain, format, layout()).unwrap())
        .with_validity(Some(Image::new(&mask, mask_format, layout()).unwrap()));
    assert_eq!(with_image(&mut generator, "depth", image), expected);
}

/// The largest difference of two pictures.
fn difference(a: &Picture, b: &Picture) -> f32 {
    let pairs = a.values().into_iter().zip(b.values());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn depth_buffers_are_linear_depth() {
    let Some(mut generator) = generator() else {
        return;
    };
    let (near, far) = (0.5, 100.0);
    let expected = with_map(&mut generator, "depth", depth_map());
    let infinite = |z: f64| near / z;
    let reversed = |z: f64| near * (far - z) / (z * (far - near));
    let standard = |z: f64| far / (far - near) * (1.0 - near / z);
    let (n, f) = (near as f32, Some(far as f32));
    let cases = [
        (
            DeviceDepth::perspective(n, None, true),
            &infinite as &dyn Fn(f64) -> f64,
        ),
        (DeviceDepth::perspective(n, f, true), &reversed),
        (DeviceDepth::perspective(n, f, false), &standard),
        (DeviceDepth::terms(0.0, n), &infinite),
    ];
    for (code, project) in cases {
        let bytes = bytes(Component::F32, pixels().map(|(y, x)| project(depth(y, x))));
        let format = Format::new(Component::F32, Channels::R);
        let image = LabelImage::new(Image::new(&bytes, format, layout()).unwrap())
            .with_meaning(Meaning::DeviceDepth(code.unwrap()));
        // Rounding of depth in f32, which standard depth has most of.
        let worst = difference(&with_image(&mut generator, "depth", image), &expected);
        assert!(worst < 1e-4, "{worst}");
    }
}

#[test]
fn normals_of_every_convention() {
    let Some(mut generator) = generator() else {
        return;
    };
    let normal = |y: usize, x: usize| {
        let n = [x as f32 - 3.5, 1.5 - y as f32, 2.0];
        let length = n.iter().map(|v| v * v).sum::<f32>().sqrt();
        n.map(|v| v / length)
    };
    let map = Array3::from_shape_fn((3, HEIGHT, WIDTH), |(c, y, x)| normal(y, x)[c]);
    let expected = with_map(&mut generator, "normals", LabelMap::Values(map));
    let plain = NormalCode::default();
    // The camera looks along world +x, world z is up.
    let view = [[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]];
    type Store = fn([f32; 3]) -> [f32; 3];
    let cases: [(NormalCode, Store); 5] = [
        (plain, |n| n.map(|v| 3.0 * v)),
        (plain.with_packed(true), |n| n.map(|v| (v + 1.0) / 2.0)),
        (plain.with_y_down(true), |n| [n[0], -n[1], n[2]]),
        (plain.with_z_forward(true), |n| [n[0], n[1], -n[2]]),
        (plain.with_view(Some(view)), |n| [-n[2], -n[0], n[1]]),
    ];
    for (code, store) in cases {
        let numbers = pixels().flat_map(|(y, x)| store(normal(y, x)).map(f64::from));
        let bytes = bytes(Component::F32, numbers);
        let format = Format::new(Component::F32, Channels::Rgb);
        let image = LabelImage::new(Image::new(&bytes, format, layout()).unwrap())
            .with_meaning(Meaning::Normal(code));
        let worst = difference(&with_image(&mut generator, "normals", image), &expected);
        assert!(worst < 1e-5, "{code:?}: {worst}");
    }
}

#[test]
fn outputs_of_every_format() {
    let Some(mut generator) = generator() else {
        return;
    };
    let mut frame = Frame::new(WIDTH, HEIGHT);
    frame.set("depth", depth_map()).unwrap();
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    let linear = |v: f32| match v {
        ..=0.040_45 => v / 12.92,
        _ => ((v + 0.055) / 1.055).powf(2.4),
    };
    for component in [
        Component::U8,
        Component::U16,
        Component::F16,
        Component::F32,
    ] {
        for channels in [Channels::Rgb, Channels::Rgba, Channels::Bgra] {
            for color in [ColorSpace::Srgb, ColorSpace::Linear] {
                let format = Format::new(component, channels);
                let (pixel, row) = (format.bytes() + 3, 1 + WIDTH * (format.bytes() + 3));
                let mut bytes = vec![0xaa; HEIGHT * row];
                let layout = Layout {
                    pixel_stride: pixel,
                    row_stride: row as isize,
                    origin: Origin::BottomLeft,
                    ..layout()
                };
                let image = ImageMut::new(&mut bytes, format, layout).unwrap();
                let mut output = Output::new(image).unwrap().with_color(color);
                generator.generate_into(&frame, &mut output).unwrap();
                let mut between = bytes.clone();
                for (y, x) in pixels() {
                    let at = (HEIGHT - 1 - y) * row + x * pixel;
                    between[at..at + format.bytes()].fill(0xaa);
                    for channel in 0..channels.count() {
                        let rgba = match (channels, channel) {
                            (Channels::Bgra, 0 | 2) => 2 - channel,
                            _ => channel,
                        };
                        let value = match rgba {
                            3 => 1.0,
                            c => picture.values()[[c, y, x]],
                        };
                        let value = match color {
                            ColorSpace::Srgb => value,
                            ColorSpace::Linear => linear(value),
                        };
                        let top = match component {
                            Component::U8 => 255.0,
                            Component::U16 => 65_535.0,
                            _ => 1.0,
                        };
                        let whole = if top > 1.0 { 0.5 } else { 0.0 };
                        let stored = bytes_of(component, f64::from(value * top + whole));
                        let at = at + channel * component.bytes();
                        assert_eq!(
                            bytes[at..at + component.bytes()],
                            stored,
                            "{format} {color:?} ({x}, {y})"
                        );
                    }
                }
                assert!(
                    between.iter().all(|&byte| byte == 0xaa),
                    "bytes between the pixels"
                );
            }
        }
    }
}

fn bytes_of(component: Component, number: f64) -> Vec<u8> {
    bytes(component, [number])
}

#[test]
fn images_that_cannot_be_the_label_are_refused() {
    let Some(mut generator) = generator() else {
        return;
    };
    let memory = [0; 4 * WIDTH * HEIGHT];
    let image = |component, channels| {
        LabelImage::new(Image::new(&memory, Format::new(component, channels), layout()).unwrap())
    };
    let r8 = image(Component::U8, Channels::R);
    let mut refused = |name: &str, image: LabelImage<'_>| {
        let mut frame = Frame::new(WIDTH, HEIGHT);
        frame.set_image(name, image).unwrap();
        let error = generator.generate(&frame, &mut Picture::default());
        error.unwrap_err().to_string()
    };
    assert_eq!(
        refused("normals", image(Component::U8, Channels::Rg)),
        "label `normals`: an image of RG of u8, expected 3 channels or more"
    );
    let table = r8.with_meaning(Meaning::Classes(&[0]));
    assert_eq!(
        refused("depth", table),
        "label `depth`: a class table, expected physical values"
    );
    let depth = image(Component::U8, Channels::Rgb)
        .with_meaning(Meaning::DeviceDepth(DeviceDepth::terms(0.0, 1.0).unwrap()));
    assert_eq!(
        refused("normals", depth),
        "label `normals`: a depth convention, but it has no depth"
    );
    let scaled = r8.with_scale(f32::NAN, 0.0);
    assert!(refused("depth", scaled).contains("scale NaN"));
    let small = Layout::new(WIDTH, HEIGHT - 1);
    let mask = Image::new(&memory, r8.image.format(), small).unwrap();
    let masked = r8.with_validity(Some(mask));
    assert!(refused("depth", masked).contains("8x3 pixels, but the image has 8x4"));
    let mut frame = Frame::new(WIDTH, HEIGHT - 1);
    let error = frame.set_image("depth", r8).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Size);
    for (component, channels) in [
        (Component::I32, Channels::Rgb),
        (Component::U8, Channels::Rg),
    ] {
        let mut memory = [0; 16 * WIDTH * HEIGHT];
        let image = ImageMut::new(&mut memory, Format::new(component, channels), layout());
        assert!(Output::new(image.unwrap()).is_err());
    }
}
