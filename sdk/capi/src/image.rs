//! `multicond_image`: pixels in the caller's memory.

use std::ffi::c_void;

use multicond::{
    Error, Result,
    pixels::{Channels, ColorSpace, Component, Format, Layout, Memory, Origin},
};

use super::boundary::Sized32;

/// What a pixel is: how many numbers, in which order, of which type, in the machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_format {
    /// One 8-bit unsigned integer.
    R8 = 1,
    /// Two 8-bit unsigned integers.
    Rg8 = 2,
    /// Three 8-bit unsigned integers.
    Rgb8 = 3,
    /// Four 8-bit unsigned integers.
    Rgba8 = 4,
    /// Four 8-bit unsigned integers, blue first.
    Bgra8 = 5,
    /// One 16-bit unsigned integer.
    R16 = 17,
    /// Two 16-bit unsigned integers.
    Rg16 = 18,
    /// Three 16-bit unsigned integers.
    Rgb16 = 19,
    /// Four 16-bit unsigned integers.
    Rgba16 = 20,
    /// Four 16-bit unsigned integers, blue first.
    Bgra16 = 21,
    /// One 32-bit signed integer.
    R32i = 33,
    /// Two 32-bit signed integers.
    Rg32i = 34,
    /// Three 32-bit signed integers.
    Rgb32i = 35,
    /// Four 32-bit signed integers.
    Rgba32i = 36,
    /// Four 32-bit signed integers, blue first.
    Bgra32i = 37,
    /// One 16-bit float.
    R16f = 49,
    /// Two 16-bit floats.
    Rg16f = 50,
    /// Three 16-bit floats.
    Rgb16f = 51,
    /// Four 16-bit floats.
    Rgba16f = 52,
    /// Four 16-bit floats, blue first.
    Bgra16f = 53,
    /// One 32-bit float.
    R32f = 65,
    /// Two 32-bit floats.
    Rg32f = 66,
    /// Three 32-bit floats.
    Rgb32f = 67,
    /// Four 32-bit floats.
    Rgba32f = 68,
    /// Four 32-bit floats, blue first.
    Bgra32f = 69,
}

/// Which row of an image comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_origin {
    /// The picture's top, as in Direct3D, Vulkan and picture files.
    TopLeft = 0,
    /// The picture's bottom, as in OpenGL.
    BottomLeft = 1,
}

/// Where an image's memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_memory {
    /// The process's own.
    Host = 0,
    /// A GPU's: `data` is a CUDA device pointer.
    Cuda = 1,
}

/// Which numbers stand for the colours of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_color_space {
    /// As on a screen (IEC 61966-2-1).
    Srgb = 0,
    /// Linear light with the same primaries.
    Linear = 1,
}

/// Pixels in the caller's memory. Only `format`, `data`, `width` and `height` must be set besides the size; zero
/// is every other member's default.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_image {
    /// sizeof(multicond_image).
    pub struct_size: u32,
    /// A `multicond_format`.
    pub format: i32,
    /// The memory. That of a label is only read.
    pub data: *mut c_void,
    /// Bytes from `data` on that pixels may lie in, to have that checked; 0: not checked.
    pub data_size: u64,
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from `data` to the first row's first pixel.
    pub byte_offset: u64,
    /// Bytes from one pixel to the next; 0: they follow each other.
    pub pixel_stride: u64,
    /// Bytes from one row to the next; 0: they follow each other. Negative where the first row comes last in
    /// memory.
    pub row_stride: i64,
    /// A `multicond_origin`.
    pub origin: i32,
    /// A `multicond_memory`.
    pub memory: i32,
    /// CUDA's number of the GPU, for CUDA memory.
    pub gpu: u32,
    /// A `multicond_color_space`, for outputs.
    pub color_space: i32,
    /// The CUstream or cudaStream_t that makes or uses CUDA memory; NULL: the default stream. Copies are enqueued
    /// there and waited for.
    pub stream: *mut c_void,
}

// SAFETY: the size, then integers and pointers.
unsafe impl Sized32 for multicond_image {}

/// An image as described, with memory that nobody vouches for yet.
pub(super) struct Parsed {
    pub(super) memory: Memory,
    pub(super) size: Option<usize>,
    pub(super) format: Format,
    pub(super) layout: Layout,
}

impl multicond_image {
    pub(super) fn parse(&self) -> Result<Parsed> {
        if self.data.is_null() {
            return Err(super::boundary::null("data"));
        }
        let large = |name, value: u64| {
            let too_large = |_| Error::argument(name, format_args!("{value} is too large"));
            usize::try_from(value).map_err(too_large)
        };
        let row_stride = isize::try_from(self.row_stride).map_err(|_| {
            Error::argument(
                "row_stride",
                format_args!("{} is too large", self.row_stride),
            )
        })?;
        let origin = match self.origin {
            0 => Origin::TopLeft,
            1 => Origin::BottomLeft,
            other => return Err(unknown("origin", other, "multicond_origin")),
        };
        let memory = match self.memory {
            0 => Memory::Host(self.data.cast()),
            1 => Memory::Cuda {
                address: self.data as u64,
                gpu: self.gpu,
                stream: self.stream as usize,
            },
            other => return Err(unknown("memory", other, "multicond_memory")),
        };
        let mut layout = Layout::new(self.width as usize, self.height as usize);
        layout.offset = large("byte_offset", self.byte_offset)?;
        layout.pixel_stride = large("pixel_stride", self.pixel_stride)?;
        layout.row_stride = row_stride;
        layout.origin = origin;
        Ok(Parsed {
            memory,
            size: match self.data_size {
                0 => None,
                size => Some(large("data_size", size)?),
            },
            format: format(self.format)?,
            layout,
        })
    }

    pub(super) fn color(&self) -> Result<ColorSpace> {
        match self.color_space {
            0 => Ok(ColorSpace::Srgb),
            1 => Ok(ColorSpace::Linear),
            other => Err(unknown("color_space", other, "multicond_color_space")),
        }
    }
}

/// A number that is none of an enumeration's.
pub(super) fn unknown(name: &str, number: i32, expected: &str) -> Error {
    Error::argument(name, format_args!("{number}, expected a {expected}"))
}

/// Formats are numbered by component, 16 apart, and channels.
fn format(number: i32) -> Result<Format> {
    let component = match number >> 4 {
        0 => Some(Component::U8),
        1 => Some(Component::U16),
        2 => Some(Component::I32),
        3 => Some(Component::F16),
        4 => Some(Component::F32),
        _ => None,
    };
    let channels = match number & 15 {
        1 => Some(Channels::R),
        2 => Some(Channels::Rg),
        3 => Some(Channels::Rgb),
        4 => Some(Channels::Rgba),
        5 => Some(Channels::Bgra),
        _ => None,
    };
    match (component, channels) {
        (Some(component), Some(channels)) => Ok(Format::new(component, channels)),
        _ => Err(unknown("format", number, "multicond_format")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_the_numbers_that_the_header_says() {
        use multicond_format as F;
        for (number, text) in [
            (F::R8, "R of u8"),
            (F::Bgra8, "BGRA of u8"),
            (F::Rgb16, "RGB of u16"),
            (F::R32i, "R of i32"),
            (F::Rgba16f, "RGBA of f16"),
            (F::Rg32f, "RG of f32"),
        ] {
            assert_eq!(format(number as i32).unwrap().to_string(), text);
        }
        for number in [0, -1, 6, 16, 22, 81, i32::MIN, i32::MAX] {
            assert!(format(number).is_err(), "{number}");
        }
    }
}
