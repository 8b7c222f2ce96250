//! Labels as renderers store them give the same picture as the label's own units: depth buffers, normals, class tables,
//! scale and bias, missing values and validity masks.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

mod missing;

use half::f16;
use multicond::{
    Fit, Frame, Generator, Picture,
    pixels::{
        Channels, Component, DeviceDepth, Format, Image, LabelImage, Layout, Meaning, NormalCode,
        Origin,
    },
};
use multicond_test_support::{engines, small};

const WIDTH: usize = 16;
const HEIGHT: usize = 12;
const PIXELS: usize = WIDTH * HEIGHT;
const CLASSES: i32 = 3;
const MISSING_CLASS: i32 = 255;

/// Difference of two pictures whose labels were converted in f32: relative errors of some 1e-5, most for depth buffers,
/// which have few bits left far away. The labels of these tests change the picture by more than a hundred times that.
const TOLERANCE: f32 = 1e-4;

/// One generator of the small model per engine.
fn generators() -> Vec<Generator> {
    let folder = tempfile::tempdir().unwrap();
    let path = small::write(folder.path(), &small::model());
    let open = |engine| Generator::open(&path, &engines::options(engine).with_fit(Fit::Pad));
    let engines = engines::available().into_iter();
    engines.map(|engine| open(engine).unwrap()).collect()
}

fn picture(generator: &mut Generator, name: &str, image: Option<LabelImage<'_>>) -> Picture {
    let mut frame = Frame::new(WIDTH, HEIGHT);
    if let Some(image) = image {
        frame.set_image(name, image).unwrap();
    }
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    picture
}

fn difference(a: &Picture, b: &Picture) -> f32 {
    let pairs = a.values().into_iter().zip(b.values());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Compares the pictures of a label stored in two ways, all other labels missing. Tolerance 0 means bit for bit.
#[track_caller]
fn same(
    generators: &mut [Generator],
    name: &str,
    stored: LabelImage<'_>,
    plain: LabelImage<'_>,
    tolerance: f32,
) {
    for generator in generators {
        let empty = picture(generator, name, None);
        let expected = picture(generator, name, Some(plain));
        let got = picture(generator, name, Some(stored));
        assert!(difference(&expected, &empty) > 100.0 * TOLERANCE);
        if tolerance == 0.0 {
            assert!(got == expected, "{name} on {}", generator.engine());
        } else {
            let worst = difference(&got, &expected);
            assert!(worst < tolerance, "{name}: {worst}");
        }
    }
}

/// An image over numbers that follow each other.
fn image<const N: usize>(
    component: Component,
    channels: Channels,
    bytes: &[[u8; N]],
) -> LabelImage<'_> {
    let format = Format::new(component, channels);
    let layout = Layout::new(WIDTH, HEIGHT);
    LabelImage::new(Image::new(bytes.as_flattened(), format, layout).unwrap())
}

fn bytes<T: Copy, const N: usize>(numbers: &[T], to_bytes: fn(T) -> [u8; N]) -> Vec<[u8; N]> {
    numbers.iter().copied().map(to_bytes).collect()
}

fn floats(numbers: &[f32]) -> Vec<[u8; 4]> {
    bytes(numbers, f32::to_ne_bytes)
}

fn shorts(numbers: &[u16]) -> Vec<[u8; 2]> {
    bytes(numbers, u16::to_ne_bytes)
}

fn ints(numbers: &[i32]) -> Vec<[u8; 4]> {
    bytes(numbers, i32::to_ne_bytes)
}

fn r32f(bytes: &[[u8; 4]]) -> LabelImage<'_> {
    image(Component::F32, Channels::R, bytes)
}

fn rgb32f(bytes: &[[u8; 4]]) -> LabelImage<'_> {
    image(Component::F32, Channels::Rgb, bytes)
}

fn r32i(bytes: &[[u8; 4]]) -> LabelImage<'_> {
    image(Component::I32, Channels::R, bytes)
}

fn r16(bytes: &[[u8; 2]]) -> LabelImage<'_> {
    image(Component::U16, Channels::R, bytes)
}

fn r8(bytes: &[u8]) -> LabelImage<'_> {
    image(Component::U8, Channels::R, bytes.as_chunks::<1>().0)
}

/// The value of every pixel.
fn each<T>(value: impl FnMut(usize) -> T) -> Vec<T> {
    (0..PIXELS).map(value).collect()
}

/// Numbers that look random and are always the same.
struct Random(u32);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % end
    }
}

#[test]
fn depth_buffers_of_every_projection() {
    let mut generators = generators();
    let (n, f, unit) = (0.25f64, 64.0, 0.01);
    // Nothing was drawn at pixel 7.
    let metres = each(|p| {
        if p == 7 {
            f32::NAN
        } else {
            0.3 + p as f32 * 0.05
        }
    });
    let plain = floats(&metres);
    for (reversed, infinite) in [(false, false), (false, true), (true, false), (true, true)] {
        let code = |near: f64, far: f64| {
            let far = (!infinite).then_some(far as f32);
            DeviceDepth::perspective(near as f32, far, reversed).unwrap()
        };
        let project = |z: f64| match infinite {
            true => 1.0 - n / z,
            false => f / (f - n) * (1.0 - n / z),
        };
        let buffer = each(|p| {
            let z = f64::from(metres[p]);
            let d = if z.is_nan() { 1.0 } else { project(z) };
            (if reversed { 1.0 - d } else { d }) as f32
        });
        let stored = floats(&buffer);
        let depth = |code| r32f(&stored).with_meaning(Meaning::DeviceDepth(code));
        same(
            &mut generators,
            "depth",
            depth(code(n, f)),
            r32f(&plain),
            TOLERANCE,
        );
        // In a scene of centimetres the same numbers stand for a hundredth of the distance.
        let centimetres = code(n / unit, f / unit).with_metres_per_unit(unit as f32);
        same(
            &mut generators,
            "depth",
            depth(centimetres.unwrap()),
            r32f(&plain),
            TOLERANCE,
        );
        // A 16-bit texture, compared with the distances that its rounded numbers stand for.
        let coarse = each(|p| (f64::from(buffer[p]) * 65535.0).round() as u16);
        let rounded = each(|p| {
            let d = f64::from(coarse[p]) / 65535.0;
            let d = if reversed { 1.0 - d } else { d };
            let z = if infinite {
                n / (1.0 - d)
            } else {
                n / (1.0 - d * (f - n) / f)
            };
            if p == 7 { f32::NAN } else { z as f32 }
        });
        let stored = shorts(&coarse);
        let texture = r16(&stored).with_normalized(true);
        let texture = texture.with_meaning(Meaning::DeviceDepth(code(n, f)));
        same(
            &mut generators,
            "depth",
            texture,
            r32f(&floats(&rounded)),
            TOLERANCE,
        );
    }
}

#[test]
fn depth_buffers_by_terms() {
    let mut generators = generators();
    let terms = DeviceDepth::terms(0.5, -2.0).unwrap();
    let mut metres = each(|p| 0.5 + p as f32 * 0.0625);
    for unit in [1.0, 3.0] {
        let stored = floats(&each(|p| {
            (0.5 - 2.0 / (f64::from(metres[p]) / unit)) as f32
        }));
        let code = terms.with_metres_per_unit(unit as f32).unwrap();
        let stored = r32f(&stored).with_meaning(Meaning::DeviceDepth(code));
        same(
            &mut generators,
            "depth",
            stored,
            r32f(&floats(&metres)),
            TOLERANCE,
        );
    }
    // Behind the camera there is nothing.
    let mut buffer = each(|p| (0.5 - 2.0 / f64::from(metres[p])) as f32);
    for pixel in (0..PIXELS).step_by(5) {
        (buffer[pixel], metres[pixel]) = (0.75, f32::NAN);
    }
    let stored = floats(&buffer);
    let stored = r32f(&stored).with_meaning(Meaning::DeviceDepth(terms));
    same(
        &mut generators,
        "depth",
        stored,
        r32f(&floats(&metres)),
        TOLERANCE,
    );
}

#[test]
fn scale_and_bias() {
    let mut generators = generators();
    let stored = floats(&each(|p| p as f32));
    let plain = floats(&each(|p| p as f32 * 0.125 - 1.5));
    let stored = r32f(&stored).with_scale(0.125, -1.5);
    same(&mut generators, "depth", stored, r32f(&plain), 0.0);
    let millimetres = shorts(&each(|p| (p * 37) as u16));
    let plain = floats(&each(|p| ((p * 37) as f64 * 0.001) as f32));
    let stored = r16(&millimetres).with_scale(0.001, 0.0);
    same(&mut generators, "depth", stored, r32f(&plain), 1e-6);
}

/// The format's largest integer stands for 1; floats are as they are.
#[test]
fn normalized_integers() {
    let mut generators = generators();
    let value = |p: usize, top: f64| (top * p as f64 / (PIXELS - 1) as f64).floor();
    let plain = |top: f64| floats(&each(|p| (5.0 * value(p, top) / top + 0.5) as f32));
    // Computed in another order: a few units in the last place.
    let coarse = each(|p| value(p, 255.0) as u8);
    let stored = r8(&coarse).with_normalized(true).with_scale(5.0, 0.5);
    same(&mut generators, "depth", stored, r32f(&plain(255.0)), 1e-5);
    let fine = shorts(&each(|p| value(p, 65535.0) as u16));
    let stored = r16(&fine).with_normalized(true).with_scale(5.0, 0.5);
    same(
        &mut generators,
        "depth",
        stored,
        r32f(&plain(65535.0)),
        1e-5,
    );
    let numbers = plain(255.0);
    let normalized = r32f(&numbers).with_normalized(true);
    same(&mut generators, "depth", normalized, r32f(&numbers), 0.0);
}

/// The inverse of the sRGB curve, on a label that takes any number.
#[test]
fn srgb_becomes_linear() {
    let mut generators = generators();
    let stored = each(|p| p as u8);
    let plain = floats(&each(|p| match p as f64 / 255.0 {
        v if v <= 0.04045 => (v / 12.92) as f32,
        v => ((v + 0.055) / 1.055).powf(2.4) as f32,
    }));
    let srgb = r8(&stored)
        .with_normalized(true)
        .with_meaning(Meaning::Srgb);
    same(&mut generators, "depth", srgb, r32f(&plain), 1e-6);
}

#[test]
fn normals_of_every_combination_of_conventions() {
    let mut generators = generators();
    let mut random = Random(5);
    let normals = each(|_| {
        let n = [0; 3].map(|_| f64::from(random.below(2001)) / 1000.0 - 1.0);
        let length = n.iter().map(|v| v * v).sum::<f64>().sqrt();
        n.map(|v| {
            if length > 0.1 {
                (v / length) as f32
            } else {
                f32::NAN
            }
        })
    });
    let plain = floats(normals.as_flattened());
    // The camera looks along world x, world z is up.
    let view = [[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]];
    for flags in 0..16 {
        let mut code = NormalCode::default();
        code.packed = flags & 1 != 0;
        code.view = (flags & 2 != 0).then_some(view);
        code.y_down = flags & 4 != 0;
        code.z_forward = flags & 8 != 0;
        let stored = each(|p| {
            let [x, mut y, mut z] = normals[p];
            y = if code.y_down { -y } else { y };
            z = if code.z_forward { -z } else { z };
            let n = if code.view.is_some() {
                [-z, -x, y]
            } else {
                [x, y, z]
            };
            match code.packed {
                true => n.map(|v| (v + 1.0) / 2.0),
                // Of any length.
                false => n.map(|v| v * (0.1 + (p % 7) as f32)),
            }
        });
        let stored = floats(stored.as_flattened());
        let stored = rgb32f(&stored).with_meaning(Meaning::Normal(code));
        same(&mut generators, "normals", stored, rgb32f(&plain), 1e-5);
    }
    // An 8-bit texture, in which middle grey has no direction.
    let packed = each(|p| {
        [0; 3].map(|_| {
            if p % 9 == 0 {
                128
            } else {
                (1 + random.below(255)) as u8
            }
        })
    });
    let plain = each(|p| {
        let n = packed[p].map(|v| f64::from(v) / 255.0 * 2.0 - 1.0);
        let length = n.iter().map(|v| v * v).sum::<f64>().sqrt();
        n.map(|v| {
            if p % 9 == 0 {
                f32::NAN
            } else {
                (v / length) as f32
            }
        })
    });
    let mut code = NormalCode::default();
    code.packed = true;
    let stored = image(Component::U8, Channels::Rgb, &packed).with_normalized(true);
    let stored = stored.with_meaning(Meaning::Normal(code));
    same(
        &mut generators,
        "normals",
        stored,
        rgb32f(&floats(plain.as_flattened())),
        1e-5,
    );
}

#[test]
fn ids_outside_of_the_class_table_are_missing() {
    let mut generators = generators();
    // Object 3 has a class that the model lacks, object 4 has none.
    const TABLE: [i32; 6] = [2, 0, 1, 99, -1, 1];
    let objects = each(|p| match p % (TABLE.len() + 2) {
        6 => -1,
        7 => 1_000_000,
        object => object as i32,
    });
    let ids = ints(&each(|p| {
        let class = usize::try_from(objects[p])
            .ok()
            .and_then(|at| TABLE.get(at));
        let class = class.copied().filter(|class| (0..CLASSES).contains(class));
        class.unwrap_or(MISSING_CLASS)
    }));
    let (large, small) = (ints(&objects), shorts(&each(|p| objects[p] as u16)));
    for stored in [r32i(&large), r16(&small)] {
        let stored = stored.with_meaning(Meaning::Classes(&TABLE));
        same(&mut generators, "semantics", stored, r32i(&ids), 0.0);
    }
}

#[test]
fn numbers_that_are_no_class_ids_are_missing() {
    let mut generators = generators();
    const NONE: [f32; 8] = [
        0.5,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        -1.0,
        3.0,
        1e20,
        -0.25,
    ];
    let class = |p: usize| p % 11;
    let plain = ints(&each(|p| {
        if class(p) < 3 {
            class(p) as i32
        } else {
            MISSING_CLASS
        }
    }));
    let stored = floats(&each(|p| {
        if class(p) < 3 {
            class(p) as f32
        } else {
            NONE[class(p) - 3]
        }
    }));
    same(
        &mut generators,
        "semantics",
        r32f(&stored),
        r32i(&plain),
        0.0,
    );
    // Ids that are counted from 1.
    let from_one = each(|p| if class(p) < 3 { class(p) as u8 + 1 } else { 0 });
    let stored = r8(&from_one).with_scale(1.0, -1.0);
    same(&mut generators, "semantics", stored, r32i(&plain), 0.0);
}
