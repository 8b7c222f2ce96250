//! `multicond_image`: an image in the caller's memory.

use std::ffi::c_void;

use multicond::{
    Error, Result,
    pixels::{Channels, ColorSpace, Component, Format, Image, Layout, Memory, Origin},
};

use super::boundary::sized;

/// Pixel format: number, order and type of the channels, in native byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_format {
    /// 1 channel, 8-bit unsigned integer.
    R8 = 1,
    /// 2 channels, 8-bit unsigned integer.
    Rg8 = 2,
    /// 3 channels, 8-bit unsigned integer.
    Rgb8 = 3,
    /// 4 channels, 8-bit unsigned integer.
    Rgba8 = 4,
    /// 4 channels, 8-bit unsigned integer, in the order blue, green, red, alpha.
    Bgra8 = 5,
    /// 1 channel, 16-bit unsigned integer.
    R16 = 17,
    /// 2 channels, 16-bit unsigned integer.
    Rg16 = 18,
    /// 3 channels, 16-bit unsigned integer.
    Rgb16 = 19,
    /// 4 channels, 16-bit unsigned integer.
    Rgba16 = 20,
    /// 4 channels, 16-bit unsigned integer, in the order blue, green, red, alpha.
    Bgra16 = 21,
    /// 1 channel, 32-bit signed integer.
    R32i = 33,
    /// 2 channels, 32-bit signed integer.
    Rg32i = 34,
    /// 3 channels, 32-bit signed integer.
    Rgb32i = 35,
    /// 4 channels, 32-bit signed integer.
    Rgba32i = 36,
    /// 4 channels, 32-bit signed integer, in the order blue, green, red, alpha.
    Bgra32i = 37,
    /// 1 channel, 16-bit float.
    R16f = 49,
    /// 2 channels, 16-bit float.
    Rg16f = 50,
    /// 3 channels, 16-bit float.
    Rgb16f = 51,
    /// 4 channels, 16-bit float.
    Rgba16f = 52,
    /// 4 channels, 16-bit float, in the order blue, green, red, alpha.
    Bgra16f = 53,
    /// 1 channel, 32-bit float.
    R32f = 65,
    /// 2 channels, 32-bit float.
    Rg32f = 66,
    /// 3 channels, 32-bit float.
    Rgb32f = 67,
    /// 4 channels, 32-bit float.
    Rgba32f = 68,
    /// 4 channels, 32-bit float, in the order blue, green, red, alpha.
    Bgra32f = 69,
}

/// Which row of an image comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_origin {
    /// The top row, as in Direct3D, Vulkan and image files.
    TopLeft = 0,
    /// The bottom row, as in OpenGL.
    BottomLeft = 1,
}

/// Kind of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_memory {
    /// Host memory.
    Host = 0,
    /// Memory of an NVIDIA GPU; `data` is a CUDA device pointer.
    Cuda = 1,
}

/// Colour encoding of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_color_space {
    /// sRGB (IEC 61966-2-1).
    Srgb = 0,
    /// Linear, with the primaries of sRGB.
    Linear = 1,
}

/// An image in the caller's memory. `format`, `data`, `width` and `height` are required; zero is the default of the
/// other members.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_image {
    /// sizeof(multicond_image).
    pub struct_size: u32,
    /// A `multicond_format`.
    pub format: i32,
    /// Start of the memory, owned by the caller. The memory of a label is only read.
    pub data: *mut c_void,
    /// Size of the memory in bytes; pixels outside of it are an error. 0: not checked.
    pub data_size: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from `data` to the first pixel of the first row.
    pub byte_offset: u64,
    /// Bytes from one pixel to the next; 0: tightly packed.
    pub pixel_stride: u64,
    /// Bytes from one row to the next; 0: tightly packed. Negative if the first row is the last in memory.
    pub row_stride: i64,
    /// A `multicond_origin`.
    pub origin: i32,
    /// A `multicond_memory`.
    pub memory: i32,
    /// CUDA memory: CUDA's ordinal of the GPU.
    pub gpu: u32,
    /// Outputs: a `multicond_color_space`.
    pub color_space: i32,
    /// CUDA memory: the CUstream or cudaStream_t that copies are enqueued on; NULL: the default stream. The library
    /// waits for its copies.
    pub stream: *mut c_void,
}

sized!(multicond_image {
    struct_size,
    format,
    data,
    data_size,
    width,
    height,
    byte_offset,
    pixel_stride,
    row_stride,
    origin,
    memory,
    gpu,
    color_space,
    stream
});

/// An image as described, whose memory is not known to be valid.
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

/// The image, to be read.
///
/// # Safety
/// As for [`Image::from_memory`].
pub(super) unsafe fn readable(image: &multicond_image) -> Result<Image<'static>> {
    let Parsed {
        memory,
        size,
        format,
        layout,
    } = image.parse()?;
    // SAFETY: by this function's contract.
    unsafe { Image::from_memory(memory, size, format, layout) }
}

/// An error for a value that an enumeration does not have.
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
    fn members_are_passed_on() {
        let image = multicond_image {
            struct_size: 80,
            format: multicond_format::Rg16 as i32,
            data: 0x1000 as *mut c_void,
            data_size: 4096,
            width: 5,
            height: 7,
            byte_offset: 9,
            pixel_stride: 11,
            row_stride: -99,
            origin: multicond_origin::BottomLeft as i32,
            memory: multicond_memory::Cuda as i32,
            gpu: 3,
            color_space: multicond_color_space::Linear as i32,
            stream: 0x2000 as *mut c_void,
        };
        let parsed = image.parse().unwrap();
        let layout = parsed.layout;
        assert_eq!(parsed.size, Some(4096));
        assert_eq!((layout.width, layout.height, layout.offset), (5, 7, 9));
        assert_eq!((layout.pixel_stride, layout.row_stride), (11, -99));
        assert_eq!(layout.origin, Origin::BottomLeft);
        let Memory::Cuda {
            address,
            gpu,
            stream,
        } = parsed.memory
        else {
            panic!("{:?}", parsed.memory);
        };
        assert_eq!((address, gpu, stream), (0x1000, 3, 0x2000));
        assert_eq!(image.color().unwrap(), ColorSpace::Linear);
    }

    #[test]
    fn formats_have_the_numbers_that_the_header_says() {
        use multicond_format as F;
        let all = [
            ("u8", [F::R8, F::Rg8, F::Rgb8, F::Rgba8, F::Bgra8]),
            ("u16", [F::R16, F::Rg16, F::Rgb16, F::Rgba16, F::Bgra16]),
            (
                "i32",
                [F::R32i, F::Rg32i, F::Rgb32i, F::Rgba32i, F::Bgra32i],
            ),
            (
                "f16",
                [F::R16f, F::Rg16f, F::Rgb16f, F::Rgba16f, F::Bgra16f],
            ),
            (
                "f32",
                [F::R32f, F::Rg32f, F::Rgb32f, F::Rgba32f, F::Bgra32f],
            ),
        ];
        for (component, formats) in all {
            for (channels, number) in ["R", "RG", "RGB", "RGBA", "BGRA"].iter().zip(formats) {
                let text = format!("{channels} of {component}");
                assert_eq!(format(number as i32).unwrap().to_string(), text);
            }
        }
        for number in [0, -1, 6, 16, 22, 81, i32::MIN, i32::MAX] {
            assert!(format(number).is_err(), "{number}");
        }
    }
}
