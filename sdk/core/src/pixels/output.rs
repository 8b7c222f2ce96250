//! Writes a generated picture to the caller's memory.

use half::f16;

use super::{Channels, Component, ImageMut, image::Rows};
use crate::{
    error::{Error, Result},
    label::Transfer,
};

/// The image that a generated picture is written to.
#[derive(Debug)]
pub struct Output<'a> {
    /// The pixels: RGB, RGBA or BGRA of u8, u16, f16 or f32. Integers use their whole range for 0 to 1. Alpha is set
    /// to 1.
    image: ImageMut<'a>,
    /// The colour space of the pixels.
    color: ColorSpace,
}

/// A colour space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorSpace {
    /// sRGB (IEC 61966-2-1).
    #[default]
    Srgb,
    /// Linear light with the primaries of sRGB.
    Linear,
}

impl<'a> Output<'a> {
    /// An output in sRGB.
    ///
    /// # Errors
    /// When the format is not RGB, RGBA or BGRA, or has 32-bit integers.
    pub fn new(image: ImageMut<'a>) -> Result<Self> {
        let format = image.format();
        let colors = matches!(
            format.channels,
            Channels::Rgb | Channels::Rgba | Channels::Bgra
        );
        if !colors || format.component == Component::I32 {
            return Err(Error::option(
                "output format",
                format_args!("{format}, expected RGB, RGBA or BGRA of u8, u16, f16 or f32"),
            ));
        }
        Ok(Self {
            image,
            color: ColorSpace::Srgb,
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        self.image.size()
    }

    /// Sets the colour space.
    pub fn with_color(self, color: ColorSpace) -> Self {
        Self { color, ..self }
    }

    /// Writes the top left part of `picture`, which is three planes with rows of `width` values.
    pub(crate) fn write(
        &mut self,
        picture: &[f32],
        width: usize,
        scratch: &mut Vec<u8>,
    ) -> Result<()> {
        let color = self.color;
        let plane = picture.len() / 3;
        self.image.write(scratch, |rows| {
            for y in 0..rows.height {
                let row = |channel: usize| &picture[channel * plane + y * width..][..rows.width];
                write_row(&rows, y, [row(0), row(1), row(2)], color);
            }
        })
    }
}

fn write_row(rows: &Rows<'_>, y: usize, planes: [&[f32]; 3], color: ColorSpace) {
    let channels = rows.format.channels;
    for (channel, plane) in planes.into_iter().enumerate() {
        let values = plane.iter().map(|&value| match color {
            ColorSpace::Srgb => value,
            ColorSpace::Linear => Transfer::Srgb.to_linear(value),
        });
        write_channel(rows, y, channels.position(channel), values);
    }
    if channels.count() == 4 {
        write_channel(rows, y, 3, std::iter::repeat_n(1.0, rows.width));
    }
}

fn write_channel(rows: &Rows<'_>, y: usize, position: usize, values: impl Iterator<Item = f32>) {
    let component = rows.format.component;
    let first = rows.row(y).wrapping_add(position * component.bytes());
    let at = |x: usize| first.wrapping_add(x * rows.pixel_stride);
    let values = values.take(rows.width).enumerate();
    // SAFETY: `Rows` has `width` pixels of this format in each row, ours to write while it lives.
    unsafe {
        match component {
            // `as` clips to the integer's range and turns NaN into 0.
            Component::U8 => values.for_each(|(x, v)| at(x).write((v * 255.0).round() as u8)),
            Component::U16 => values.for_each(|(x, v)| {
                at(x)
                    .cast::<u16>()
                    .write_unaligned((v * 65_535.0).round() as u16)
            }),
            Component::I32 => unreachable!("`Output::new` refuses it"),
            Component::F16 => {
                values.for_each(|(x, v)| at(x).cast::<f16>().write_unaligned(f16::from_f32(v)))
            }
            Component::F32 => values.for_each(|(x, v)| at(x).cast::<f32>().write_unaligned(v)),
        }
    }
}
