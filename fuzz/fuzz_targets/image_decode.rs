//! Images in the caller's memory with any format, layout and meaning: nothing outside of the memory is read, and the
//! picture has the frame's size.

#![no_main]

use std::sync::{LazyLock, Mutex};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use multicond::pixels::{Channels, Component, Format, Image, LabelImage, Layout, Meaning, Origin};
use multicond::{Frame, Generator, Picture};
use multicond_fuzz::generator;

/// Small, since the picture is computed too.
const LARGEST_SIDE: usize = 32;

static GENERATOR: LazyLock<Mutex<Generator>> = LazyLock::new(|| Mutex::new(generator()));

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    label: u8,
    component: u8,
    channels: u8,
    width: u8,
    height: u8,
    offset: u16,
    pixel_stride: u16,
    row_stride: i16,
    bottom_left: bool,
    normalized: bool,
    scale: f32,
    bias: f32,
    missing: Option<f64>,
    srgb: bool,
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    fn format(&self) -> Format {
        use Channels::{Bgra, R, Rg, Rgb, Rgba};
        use Component::{F16, F32, I32, U8, U16};
        Format::new(
            [U8, U16, I32, F16, F32][usize::from(self.component) % 5],
            [R, Rg, Rgb, Rgba, Bgra][usize::from(self.channels) % 5],
        )
    }

    fn layout(&self) -> Layout {
        let side = |side: u8| usize::from(side) % (LARGEST_SIDE + 1);
        let mut layout = Layout::new(side(self.width), side(self.height));
        layout.offset = self.offset.into();
        layout.pixel_stride = self.pixel_stride.into();
        layout.row_stride = self.row_stride.into();
        if self.bottom_left {
            layout.origin = Origin::BottomLeft;
        }
        layout
    }

    /// None where no image can be made of it.
    fn image(&self) -> Option<LabelImage<'a>> {
        let image = Image::new(self.bytes, self.format(), self.layout()).ok()?;
        let meaning = match self.srgb {
            true => Meaning::Srgb,
            false => Meaning::Plain,
        };
        let image = LabelImage::new(image)
            .with_normalized(self.normalized)
            .with_scale(self.scale, self.bias)
            .with_missing(self.missing)
            .with_meaning(meaning);
        Some(image)
    }
}

fuzz_target!(|input: Input<'_>| {
    let Some(image) = input.image() else {
        return;
    };
    let (width, height) = image.image.size();
    let mut generator = GENERATOR.lock().expect("an earlier run did not panic");
    let labels = &generator.manifest().labels;
    let name = labels[usize::from(input.label) % labels.len()].name.clone();
    let mut frame = Frame::new(width, height);
    frame
        .set_image(&name, image)
        .expect("the frame has the image's size");
    let mut picture = Picture::default();
    if generator.generate(&frame, &mut picture).is_ok() {
        assert_eq!(picture.size(), (width, height));
    }
});
