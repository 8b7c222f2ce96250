//! Missing pixels: values, masks, and numbers that mean nothing.

use super::*;

fn is_missing(pixel: usize) -> bool {
    pixel.is_multiple_of(5)
}

fn depth_with_missing_pixels() -> Vec<f32> {
    each(|p| {
        if is_missing(p) {
            f32::NAN
        } else {
            p as f32 * 0.0625
        }
    })
}

#[test]
fn missing_values() {
    let mut generators = generators();
    let plain = depth_with_missing_pixels();
    let stored = floats(&each(|p| if is_missing(p) { -9999.0 } else { plain[p] }));
    let stored = r32f(&stored).with_missing(-9999.0);
    let plain = floats(&plain);
    same(&mut generators, "depth", stored, r32f(&plain), 0.0);
    // As stored: before scale and bias.
    let small = shorts(&each(|p| if is_missing(p) { 65_535 } else { p as u16 }));
    let stored = r16(&small).with_scale(0.0625, 0.0).with_missing(65_535.0);
    same(&mut generators, "depth", stored, r32f(&plain), 0.0);
    // One channel of several that holds the value is not enough.
    let vectors = each(|p| {
        [0, 1, 2].map(|c| match is_missing(p) || p % 7 == 0 && c == 1 {
            true => 1.0,
            false => c as f32 - 2.0,
        })
    });
    let plain = each(|p| {
        if is_missing(p) {
            [f32::NAN; 3]
        } else {
            vectors[p]
        }
    });
    let (stored, plain) = (floats(vectors.as_flattened()), floats(plain.as_flattened()));
    let stored = rgb32f(&stored).with_missing(1.0);
    same(&mut generators, "normals", stored, rgb32f(&plain), 0.0);
    // A class may stand for missing.
    let ids = ints(&each(|p| if is_missing(p) { 2 } else { p as i32 % 2 }));
    let plain = ints(&each(|p| {
        if is_missing(p) {
            MISSING_CLASS
        } else {
            p as i32 % 2
        }
    }));
    let stored = r32i(&ids).with_missing(2.0);
    same(&mut generators, "semantics", stored, r32i(&plain), 0.0);
}

#[test]
fn validity_masks() {
    let mut generators = generators();
    let mask = each(|p| {
        if is_missing(p) {
            0
        } else {
            1 + (p % 255) as u8
        }
    });
    let mask = r8(&mask).image;
    let plain = floats(&depth_with_missing_pixels());
    let depth = floats(&each(|p| p as f32 * 0.0625));
    let masked = r32f(&depth).with_validity(mask);
    same(&mut generators, "depth", masked, r32f(&plain), 0.0);
    let ids = ints(&each(|p| p as i32 % 2));
    let plain_ids = ints(&each(|p| {
        if is_missing(p) {
            MISSING_CLASS
        } else {
            p as i32 % 2
        }
    }));
    let masked = r32i(&ids).with_validity(mask);
    same(&mut generators, "semantics", masked, r32i(&plain_ids), 0.0);
    // With a stride, an offset and the bottom row first.
    let mut bytes = [0; 2 * PIXELS];
    for pixel in 0..PIXELS {
        let (x, y) = (pixel % WIDTH, HEIGHT - 1 - pixel / WIDTH);
        bytes[2 * pixel + 1] = if is_missing(y * WIDTH + x) { 0 } else { 255 };
    }
    let mut layout = Layout::new(WIDTH, HEIGHT);
    (layout.offset, layout.pixel_stride, layout.origin) = (1, 2, Origin::BottomLeft);
    let strided = Image::new(&bytes, mask.format(), layout).unwrap();
    let masked = r32f(&depth).with_validity(strided);
    same(&mut generators, "depth", masked, r32f(&plain), 0.0);
    // Together with a missing value.
    let mut plain = depth_with_missing_pixels();
    plain[33] = f32::NAN;
    let masked = masked.with_missing(33.0 * 0.0625);
    same(&mut generators, "depth", masked, r32f(&floats(&plain)), 0.0);
}

/// A pixel is missing if one of its channels is not finite, in f32 and f16.
#[test]
fn numbers_that_are_not_finite_are_missing() {
    const BAD: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let mask = each(|p| u8::from(p % 4 != 0));
    let mask = r8(&mask).image;
    let labels = [
        ("depth", Channels::R),
        ("curvature", Channels::Rg),
        ("normals", Channels::Rgb),
    ];
    for generator in &mut generators() {
        for (name, channels) in labels {
            let count = channels.count();
            let numbers = (0..PIXELS * count).map(|at| (at / count, at % count));
            let value = |(p, c): (usize, usize)| ((p * 3 + c) % 16) as f32 - 7.0;
            let plain: Vec<f32> = numbers.clone().map(value).collect();
            let stored: Vec<f32> = numbers
                .map(|(p, c)| match p % 4 == 0 && c == p / 4 % count {
                    true => BAD[p / 4 % 3],
                    false => value((p, c)),
                })
                .collect();
            let plain = floats(&plain);
            let plain = image(Component::F32, channels, &plain).with_validity(mask);
            let expected = picture(generator, name, Some(plain));
            let whole = floats(&stored);
            let whole = image(Component::F32, channels, &whole);
            let halves = bytes(&stored, |v| f16::from_f32(v).to_ne_bytes());
            let halves = image(Component::F16, channels, &halves);
            for stored in [whole, halves] {
                let got = picture(generator, name, Some(stored));
                assert!(got == expected, "{name}");
                assert!(got.values().iter().all(|value| (0.0..1.0).contains(value)));
            }
        }
    }
}

/// A surface behind the camera, or as far away as renderers write the sky, does not exist: in images and in label maps.
#[test]
fn distances_that_no_surface_has_are_missing() {
    const NONE: [f32; 6] = [0.0, -0.0, -2.0, 1e8, 1e10, f32::MAX];
    let mut generators = generators();
    let plain = depth_with_missing_pixels();
    let with = |none: &[f32]| {
        each(|p| match is_missing(p) {
            true => none[p / 5 % none.len()],
            false => plain[p],
        })
    };
    let known = floats(&plain);
    let stored = with(&NONE);
    same(
        &mut generators,
        "depth",
        r32f(&floats(&stored)),
        r32f(&known),
        0.0,
    );
    // The largest half float is what everything beyond it becomes.
    let halves = with(&[0.0, -2.0, 65_504.0, -65_504.0]);
    let halves = bytes(&halves, |v| f16::from_f32(v).to_ne_bytes());
    let halves = image(Component::F16, Channels::R, &halves);
    same(&mut generators, "depth", halves, r32f(&known), 0.0);
    // In a wider format the same number is a distance.
    let far = each(|p| if is_missing(p) { 65_504.0 } else { plain[p] });
    for generator in &mut generators {
        let far = picture(generator, "depth", Some(r32f(&floats(&far))));
        assert!(far != picture(generator, "depth", Some(r32f(&known))));
        // Label maps, and what is reused from the last frame.
        let map = |values: &[f32]| {
            let values = ndarray::Array3::from_shape_vec((1, HEIGHT, WIDTH), values.to_vec());
            let mut frame = Frame::new(WIDTH, HEIGHT);
            let map = multicond::label::LabelMap::Values(values.unwrap());
            frame.set("depth", map).unwrap();
            frame
        };
        let mut one = Picture::default();
        generator.generate(&map(&plain), &mut one).unwrap();
        assert!(one == picture(generator, "depth", Some(r32f(&known))));
        let mut other = Picture::default();
        generator.generate(&map(&plain), &mut other).unwrap();
        generator.generate(&map(&stored), &mut other).unwrap();
        assert!(one == other);
        assert_eq!(generator.statistics().changed, 0);
    }
}
