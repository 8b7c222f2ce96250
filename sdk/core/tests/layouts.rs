//! Every format in every layout: labels read from it give the picture of plain values, and outputs write the pixels and
//! nothing beside them.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use half::f16;
use multicond::{
    ErrorKind, Fit, Frame, Generator, Picture,
    pixels::{
        Channels, ColorSpace, Component, DeviceDepth, Format, Image, ImageMut, LabelImage, Layout,
        Meaning, Memory, NormalCode, Origin, Output,
    },
};
use multicond_test_support::{engines, small};

/// Not a multiple of the model's size, so that pictures are padded.
const WIDTH: usize = 11;
const HEIGHT: usize = 6;

const COMPONENTS: [Component; 5] = [
    Component::U8,
    Component::U16,
    Component::I32,
    Component::F16,
    Component::F32,
];
const CHANNELS: [Channels; 5] = [
    Channels::R,
    Channels::Rg,
    Channels::Rgb,
    Channels::Rgba,
    Channels::Bgra,
];

fn formats() -> impl Iterator<Item = Format> {
    let formats = |component| CHANNELS.map(|channels| Format::new(component, channels));
    COMPONENTS.into_iter().flat_map(formats)
}

fn generators(reuse: bool) -> Vec<Generator> {
    let folder = tempfile::tempdir().unwrap();
    let path = small::write(folder.path(), &small::model());
    let options = |engine| {
        engines::options(engine)
            .with_fit(Fit::Pad)
            .with_reuse(reuse)
    };
    let engines = engines::available().into_iter();
    engines
        .map(|engine| Generator::open(&path, &options(engine)).unwrap())
        .collect()
}

/// Bytes before, between and behind pixels and rows, and the order of the rows.
#[derive(Clone, Copy, Debug)]
struct Gaps {
    before: usize,
    pixel: usize,
    row: usize,
    behind: usize,
    upwards: bool,
    bottom_left: bool,
}

/// Odd numbers of bytes too: nothing has to be aligned.
const GAPS: [Gaps; 10] = [
    gaps(0, 0, 0, 0, false, false),
    gaps(0, 0, 0, 0, false, true),
    gaps(0, 0, 0, 0, true, false),
    gaps(0, 0, 0, 0, true, true),
    gaps(1, 0, 0, 0, false, false),
    gaps(8, 0, 12, 3, false, false),
    gaps(5, 3, 0, 1, false, false),
    gaps(5, 4, 7, 9, false, true),
    gaps(16, 12, 1, 0, true, false),
    gaps(3, 1, 5, 7, true, true),
];

const fn gaps(
    before: usize,
    pixel: usize,
    row: usize,
    behind: usize,
    upwards: bool,
    bottom_left: bool,
) -> Gaps {
    Gaps {
        before,
        pixel,
        row,
        behind,
        upwards,
        bottom_left,
    }
}

/// Exactly the memory that an image needs.
#[derive(Clone)]
struct Block {
    bytes: Vec<u8>,
    format: Format,
    layout: Layout,
    pixel: usize,
    row: usize,
}

impl Block {
    fn new(format: Format, gaps: Gaps, fill: u8) -> Self {
        let pixel = format.bytes() + gaps.pixel;
        let row = pixel * (WIDTH - 1) + format.bytes() + gaps.row;
        let last = row * (HEIGHT - 1);
        let size = gaps.before + last + pixel * (WIDTH - 1) + format.bytes() + gaps.behind;
        let mut layout = Layout::new(WIDTH, HEIGHT);
        layout.offset = gaps.before + if gaps.upwards { last } else { 0 };
        // Dense layouts leave the strides to their defaults.
        if gaps.pixel + gaps.row > 0 || gaps.upwards {
            layout.pixel_stride = pixel;
            layout.row_stride = row as isize * if gaps.upwards { -1 } else { 1 };
        }
        if gaps.bottom_left {
            layout.origin = Origin::BottomLeft;
        }
        Self {
            bytes: vec![fill; size],
            format,
            layout,
            pixel,
            row,
        }
    }

    /// Writes a number; `channel` as in RGBA, (x, y) from the picture's top left.
    fn put(&mut self, (x, y): (usize, usize), channel: usize, number: f64) {
        let line = match self.layout.origin {
            Origin::TopLeft => y,
            Origin::BottomLeft => HEIGHT - 1 - y,
        };
        let start = match self.layout.row_stride < 0 {
            true => self.layout.offset - line * self.row,
            false => self.layout.offset + line * self.row,
        };
        let channel = match (self.format.channels, channel) {
            (Channels::Bgra, 0 | 2) => 2 - channel,
            _ => channel,
        };
        let component = self.format.component;
        let at = start + x * self.pixel + channel * component.bytes();
        let bytes = match component {
            Component::U8 => (number as u8).to_ne_bytes().to_vec(),
            Component::U16 => (number as u16).to_ne_bytes().to_vec(),
            Component::I32 => (number as i32).to_ne_bytes().to_vec(),
            Component::F16 => f16::from_f32(number as f32).to_ne_bytes().to_vec(),
            Component::F32 => (number as f32).to_ne_bytes().to_vec(),
        };
        self.bytes[at..at + bytes.len()].copy_from_slice(&bytes);
    }

    fn image(&self) -> Image<'_> {
        Image::new(&self.bytes, self.format, self.layout).unwrap()
    }

    fn output(&mut self) -> Output<'_> {
        let image = ImageMut::new(&mut self.bytes, self.format, self.layout).unwrap();
        Output::new(image).unwrap()
    }
}

fn pixels() -> impl Iterator<Item = (usize, usize)> {
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)))
}

/// Whole numbers from 0 to 99, which every format holds exactly.
fn number((x, y): (usize, usize), channel: usize) -> f64 {
    (((y * WIDTH + x) * 37 + channel * 11) % 100) as f64
}

/// The picture of one label that is stored in this way.
fn picture(generator: &mut Generator, name: &str, format: Format, gaps: Gaps) -> Picture {
    let mut block = Block::new(format, gaps, 0xff);
    let is_categorical = name == "semantics";
    for at @ (x, y) in pixels() {
        for channel in 0..format.channels.count() {
            let value = match (is_categorical, channel) {
                // 3 is no class.
                (true, 0) => ((y * WIDTH + x) * 7 / 3 % 4) as f64,
                (true, _) => 77.0,
                (false, _) => number(at, channel),
            };
            block.put(at, channel, value);
        }
    }
    let mut image = LabelImage::new(block.image());
    if !is_categorical {
        image = image.with_scale(0.0625, -2.0);
    }
    let mut frame = Frame::new(WIDTH, HEIGHT);
    frame.set_image(name, image).unwrap();
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    picture
}

#[test]
fn labels_of_every_format_and_layout() {
    let labels = [
        ("semantics", 1, Format::new(Component::I32, Channels::R)),
        ("depth", 1, Format::new(Component::F32, Channels::R)),
        ("curvature", 2, Format::new(Component::F32, Channels::Rg)),
        ("normals", 3, Format::new(Component::F32, Channels::Rgb)),
    ];
    for generator in &mut generators(true) {
        let mut empty = Picture::default();
        generator
            .generate(&Frame::new(WIDTH, HEIGHT), &mut empty)
            .unwrap();
        for (name, needed, plain) in labels {
            let expected = picture(generator, name, plain, GAPS[0]);
            let differs = |(a, b): (&f32, &f32)| (a - b).abs() > 0.01;
            let mut pairs = expected.values().into_iter().zip(empty.values());
            assert!(pairs.any(differs), "{name} makes no difference");
            for format in formats() {
                if format.channels.count() < needed {
                    let block = Block::new(format, GAPS[0], 0);
                    let label = generator.manifest().label(name).unwrap();
                    let error = LabelImage::new(block.image()).check(label).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::Label);
                    continue;
                }
                for gaps in GAPS {
                    let got = picture(generator, name, format, gaps);
                    assert!(got == expected, "{name}: {format}, {gaps:?}");
                }
            }
        }
    }
}

/// IEC 61966-2-1.
fn linear(value: f64) -> f64 {
    match value {
        ..=0.04045 => value / 12.92,
        _ => ((value + 0.055) / 1.055).powf(2.4),
    }
}

/// A float as a component holds it. In f32 as in the library: in f64 a value next to a half could be rounded otherwise.
fn stored(component: Component, value: f32) -> f64 {
    f64::from(match component {
        Component::U8 => (value * 255.0).round(),
        Component::U16 => (value * 65_535.0).round(),
        _ => value,
    })
}

#[test]
fn outputs_of_every_format_and_layout() {
    for generator in &mut generators(true) {
        let frame = small::frame(WIDTH, HEIGHT);
        let plain_format = Format::new(Component::F32, Channels::Rgb);
        let mut floats = |color| {
            let mut block = Block::new(plain_format, GAPS[0], 0);
            let mut output = block.output().with_color(color);
            generator.generate_into(&frame, &mut output).unwrap();
            let floats = block.bytes.as_chunks::<4>().0.iter();
            floats.map(|v| f32::from_ne_bytes(*v)).collect::<Vec<f32>>()
        };
        let (srgb, light) = (floats(ColorSpace::Srgb), floats(ColorSpace::Linear));
        for (&srgb, &light) in srgb.iter().zip(&light) {
            assert!(srgb > 0.0 && srgb < 1.0);
            // The formula in f64, the library's in f32.
            assert!((f64::from(light) - linear(srgb.into())).abs() < 2e-6);
        }
        for format in formats() {
            let (count, component) = (format.channels.count(), format.component);
            if count < 3 || component == Component::I32 {
                let mut block = Block::new(format, GAPS[0], 0);
                let image = ImageMut::new(&mut block.bytes, format, block.layout).unwrap();
                let error = Output::new(image).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Parameter);
                assert!(error.to_string().contains("output format"), "{error}");
                continue;
            }
            for (color, values) in [(ColorSpace::Srgb, &srgb), (ColorSpace::Linear, &light)] {
                for gaps in GAPS {
                    let mut got = Block::new(format, gaps, 0x5a);
                    let mut expected = got.clone();
                    for at @ (x, y) in pixels() {
                        for channel in 0..3 {
                            let value = values[3 * (y * WIDTH + x) + channel];
                            expected.put(at, channel, stored(component, value));
                        }
                        if count == 4 {
                            expected.put(at, 3, stored(component, 1.0));
                        }
                    }
                    let mut output = got.output().with_color(color);
                    generator.generate_into(&frame, &mut output).unwrap();
                    assert!(got.bytes == expected.bytes, "{format} {color:?} {gaps:?}");
                }
            }
        }
    }
}

/// A byte too few is an error, at whichever end it is missing.
#[test]
fn memory_that_is_too_small_is_refused() {
    let format = Format::new(Component::F32, Channels::Rgb);
    for gaps in GAPS {
        let mut block = Block::new(format, Gaps { behind: 0, ..gaps }, 0);
        let layout = block.layout;
        let before_the_start = Layout {
            offset: layout.offset.saturating_sub(gaps.before + 1),
            ..layout
        };
        let last = block.bytes.len() - 1;
        let mut refused = |length: usize, layout: Layout| {
            let bytes = &mut block.bytes[..length];
            let label = Image::new(bytes, format, layout).unwrap_err();
            let output = ImageMut::new(bytes, format, layout).unwrap_err();
            for error in [label, output] {
                assert!(error.to_string().contains("data_size"), "{error}");
            }
        };
        refused(last, layout);
        if gaps.upwards {
            refused(last + 1, before_the_start);
        }
    }
}

/// The output may be the memory of a label, from which the next picture is then generated.
#[test]
fn the_output_may_be_the_memory_of_a_label() {
    let format = Format::new(Component::F32, Channels::Rgb);
    for (kept, fresh) in generators(true).iter_mut().zip(&mut generators(false)) {
        let mut block = Block::new(format, GAPS[0], 0);
        for at in pixels() {
            for channel in 0..3 {
                block.put(at, channel, number(at, channel) - 50.0);
            }
        }
        for _ in 0..4 {
            let before = block.clone();
            let mut expected = block.clone();
            let mut frame = Frame::new(WIDTH, HEIGHT);
            frame
                .set_image("normals", LabelImage::new(before.image()))
                .unwrap();
            fresh.generate_into(&frame, &mut expected.output()).unwrap();
            let memory = Memory::Host(block.bytes.as_mut_ptr());
            let (size, layout) = (Some(block.bytes.len()), block.layout);
            // SAFETY: the memory is that of `block`; the label is read before the output is written.
            let (label, output) = unsafe {
                (
                    Image::from_memory(memory, size, format, layout).unwrap(),
                    ImageMut::from_memory(memory, size, format, layout).unwrap(),
                )
            };
            let mut frame = Frame::new(WIDTH, HEIGHT);
            frame.set_image("normals", LabelImage::new(label)).unwrap();
            let mut output = Output::new(output).unwrap();
            kept.generate_into(&frame, &mut output).unwrap();
            assert!(block.bytes == expected.bytes);
            assert!(block.bytes != before.bytes);
        }
    }
}

#[test]
fn images_and_numbers_that_no_label_can_have_are_refused() {
    let refused = |name: &str, image: LabelImage<'_>| {
        let labels = small::labels();
        let label = labels.iter().find(|label| label.name == name).unwrap();
        image.check(label).unwrap_err().to_string()
    };
    let block = |component| Block::new(Format::new(component, Channels::R), GAPS[0], 0);
    let (depth, ids, wide) = (
        block(Component::F32),
        block(Component::I32),
        block(Component::U16),
    );
    let (depth, ids) = (LabelImage::new(depth.image()), LabelImage::new(ids.image()));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(refused("depth", depth.with_scale(bad, 0.0)).contains("scale"));
        assert!(refused("depth", depth.with_scale(1.0, bad)).contains("bias"));
        for (near, far) in [(bad, None), (1.0, Some(bad)), (0.0, None), (2.0, Some(1.0))] {
            let error = DeviceDepth::perspective(near, far, false).unwrap_err();
            assert!(error.to_string().contains("near"), "{error}");
        }
        for (a, b) in [(bad, 1.0), (0.0, bad), (0.0, 0.0)] {
            let error = DeviceDepth::terms(a, b).unwrap_err();
            assert!(error.to_string().contains("projection terms"), "{error}");
        }
        for unit in [bad, 0.0, -1.0] {
            let depth = DeviceDepth::perspective(1.0, None, false).unwrap();
            let error = depth.with_metres_per_unit(unit).unwrap_err();
            assert!(error.to_string().contains("metres_per_unit"), "{error}");
        }
    }
    let normal = Meaning::Normal(NormalCode::default());
    assert!(refused("depth", depth.with_meaning(normal)).contains("no normals"));
    assert!(refused("semantics", ids.with_meaning(Meaning::Srgb)).contains("class ids"));
    assert!(refused("semantics", ids.with_normalized(true)).contains("normalized"));
    assert!(refused("depth", depth.with_validity(wide.image())).contains("R of u16"));
}
