//! An image in memory that the caller owns, on the host or on a GPU.

use std::marker::PhantomData;

use super::Format;
use crate::{
    cuda::{self, Gpu},
    error::{Error, ErrorKind, Result},
    limits::{MAX_SIDE, is_size},
    memory::grow,
};

/// How an image is laid out in its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from the memory's start to the first row's first pixel.
    pub offset: usize,
    /// Bytes from one pixel to the next; 0 if pixels are contiguous.
    pub pixel_stride: usize,
    /// Bytes from one row to the next; 0 if rows are contiguous, negative if the first row is the last in memory.
    pub row_stride: isize,
    /// Whether the first row is the top or the bottom of the picture.
    pub origin: Origin,
}

/// Which row of an image is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The first row is the picture's top, as in Direct3D, Vulkan and picture files.
    #[default]
    TopLeft,
    /// The first row is the picture's bottom, as in OpenGL.
    BottomLeft,
}

impl Layout {
    /// Contiguous pixels and rows, the top row first.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            offset: 0,
            pixel_stride: 0,
            row_stride: 0,
            origin: Origin::TopLeft,
        }
    }
}

/// Where an image's memory starts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Memory {
    /// The process's own memory.
    Host(*mut u8),
    /// Memory of an NVIDIA GPU.
    Cuda {
        /// The CUDA device pointer.
        address: u64,
        /// The CUDA device ordinal.
        gpu: u32,
        /// The `CUstream` or `cudaStream_t` on which the memory is used, 0 for the default stream. Copies are enqueued
        /// there and waited for.
        stream: usize,
    },
}

/// A read-only image.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    raw: Raw,
    memory: PhantomData<&'a [u8]>,
}

/// A writable image.
#[derive(Debug)]
pub struct ImageMut<'a> {
    raw: Raw,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: an `Image` is equivalent to a shared borrow of bytes.
unsafe impl Send for Image<'_> {}
// SAFETY: as above; nothing is written through it.
unsafe impl Sync for Image<'_> {}
// SAFETY: an `ImageMut` is equivalent to an exclusive borrow of bytes.
unsafe impl Send for ImageMut<'_> {}

impl<'a> Image<'a> {
    /// An image in `bytes`.
    ///
    /// # Errors
    /// When a side is 0 or above [`MAX_SIDE`], a stride is too small, or a pixel is outside `bytes`.
    pub fn new(bytes: &'a [u8], format: Format, layout: Layout) -> Result<Self> {
        let memory = Memory::Host(bytes.as_ptr().cast_mut());
        // SAFETY: all pixels are in `bytes`, which stays borrowed.
        unsafe { Self::from_memory(memory, Some(bytes.len()), format, layout) }
    }

    /// An image in memory given by its address, for example on a GPU. If `size`, the size of the memory in bytes, is
    /// given, pixels are checked to be within it.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    ///
    /// # Safety
    /// Whenever the image is read, all pixels must be in memory that can be read and that nobody writes.
    pub unsafe fn from_memory(
        memory: Memory,
        size: Option<usize>,
        format: Format,
        layout: Layout,
    ) -> Result<Self> {
        Ok(Self {
            raw: Raw::new(memory, size, format, layout)?,
            memory: PhantomData,
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.raw.width, self.raw.height)
    }

    /// The pixel format.
    pub fn format(&self) -> Format {
        self.raw.format
    }

    /// The image on the host: itself, or a copy in `scratch`.
    pub(super) fn on_host<'s>(&self, scratch: &'s mut Vec<u8>) -> Result<Rows<'s>>
    where
        'a: 's,
    {
        let Place::Gpu(gpu, address) = self.raw.place() else {
            return Ok(self.raw.rows());
        };
        self.raw.fit(scratch)?;
        // SAFETY: the caller of `from_memory` guarantees that the memory can be read.
        unsafe { cuda::read(gpu, self.raw.device_start(address), scratch)? };
        Ok(self.raw.copied(scratch.as_mut_ptr()).rows())
    }
}

impl<'a> ImageMut<'a> {
    /// An image in `bytes`.
    ///
    /// # Errors
    /// As for [`Image::new`].
    pub fn new(bytes: &'a mut [u8], format: Format, layout: Layout) -> Result<Self> {
        let (memory, size) = (Memory::Host(bytes.as_mut_ptr()), bytes.len());
        // SAFETY: all pixels are in `bytes`, which stays borrowed.
        unsafe { Self::from_memory(memory, Some(size), format, layout) }
    }

    /// An image in memory given by its address, see [`Image::from_memory`].
    ///
    /// # Errors
    /// As for [`Image::new`].
    ///
    /// # Safety
    /// Whenever the image is written, all pixels must be in memory that can be written (and read, on a GPU) and that
    /// nobody else uses.
    pub unsafe fn from_memory(
        memory: Memory,
        size: Option<usize>,
        format: Format,
        layout: Layout,
    ) -> Result<Self> {
        Ok(Self {
            raw: Raw::new(memory, size, format, layout)?,
            memory: PhantomData,
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.raw.width, self.raw.height)
    }

    /// The pixel format.
    pub fn format(&self) -> Format {
        self.raw.format
    }

    /// Lets `fill` write all rows: in place, or to `scratch`, which is then copied to the GPU.
    pub(super) fn write(
        &mut self,
        scratch: &mut Vec<u8>,
        fill: impl FnOnce(Rows<'_>),
    ) -> Result<()> {
        let Place::Gpu(gpu, address) = self.raw.place() else {
            fill(self.raw.rows());
            return Ok(());
        };
        let start = self.raw.device_start(address);
        self.raw.fit(scratch)?;
        // SAFETY: the caller of `from_memory` guarantees that the memory can be read and written.
        unsafe {
            if !self.raw.is_dense() {
                // Keep the bytes between the pixels.
                cuda::read(gpu, start, scratch)?;
            }
            fill(self.raw.copied(scratch.as_mut_ptr()).rows());
            cuda::write(gpu, scratch, start)
        }
    }
}

/// Images on a GPU that span more bytes than this must not span many more than their pixels take, as no part of a larger
/// picture does.
const MAX_COPY: usize = 1 << 28;
const MAX_SPREAD: usize = 64;

/// An image's memory and checked geometry.
#[derive(Clone, Copy, Debug)]
struct Raw {
    memory: Memory,
    format: Format,
    width: usize,
    height: usize,
    /// Bytes from the memory's start to the top left pixel.
    top: isize,
    pixel_stride: usize,
    /// Bytes from one row to the one below.
    row_stride: isize,
    /// The bytes from the first to the end of the last pixel in memory, from the memory's start.
    span: Span,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: isize,
    end: isize,
}

impl Span {
    fn len(self) -> usize {
        self.end.abs_diff(self.start)
    }
}

/// Where the memory is.
enum Place {
    Host(*mut u8),
    Gpu(Gpu, u64),
}

impl Raw {
    fn new(memory: Memory, size: Option<usize>, format: Format, layout: Layout) -> Result<Self> {
        let Layout { width, height, .. } = layout;
        if !is_size(width, height) {
            let expected = format_args!("expected 1 to {MAX_SIDE} each way");
            return Err(Error::size("the image", (width, height), expected));
        }
        let bytes = format.bytes();
        let pixel_stride = match layout.pixel_stride {
            0 => bytes,
            stride if stride < bytes => {
                let reason = format!("{stride} bytes, but {format} takes {bytes} per pixel");
                return Err(Error::option("pixel_stride", reason));
            }
            stride => stride,
        };
        let too_far = || Error::option("row_stride", "the image goes beyond all memory");
        let row = (pixel_stride.checked_mul(width - 1))
            .and_then(|row| row.checked_add(bytes))
            .ok_or_else(too_far)?;
        let row_stride = match layout.row_stride {
            0 => (pixel_stride.checked_mul(width))
                .and_then(|stride| isize::try_from(stride).ok())
                .ok_or_else(too_far)?,
            stride if stride.unsigned_abs() < row => {
                let reason = format!("{stride} bytes, but a row takes {row}");
                return Err(Error::option("row_stride", reason));
            }
            stride => stride,
        };
        let span = |offset: usize| -> Option<(isize, isize, Span)> {
            let first = isize::try_from(offset).ok()?;
            // `height` is far below `isize`'s range.
            let last = first.checked_add(row_stride.checked_mul(height as isize - 1)?)?;
            let end = first.max(last).checked_add_unsigned(row)?;
            let start = first.min(last);
            end.checked_sub(start)?;
            Some((first, last, Span { start, end }))
        };
        let (first, last, span) = span(layout.offset).ok_or_else(too_far)?;
        if let Some(size) = size
            && (span.start < 0 || usize::try_from(span.end).is_ok_and(|end| end > size))
        {
            let Span { start, end } = span;
            return Err(Error::option(
                "data_size",
                format_args!("the image lies in bytes {start} to {end} of {size}"),
            ));
        }
        let (top, row_stride) = match layout.origin {
            Origin::TopLeft => (first, row_stride),
            Origin::BottomLeft => (last, -row_stride),
        };
        Ok(Self {
            memory,
            format,
            width,
            height,
            top,
            pixel_stride,
            row_stride,
            span,
        })
    }

    fn place(&self) -> Place {
        match self.memory {
            Memory::Host(start) => Place::Host(start),
            Memory::Cuda {
                address,
                gpu,
                stream,
            } => Place::Gpu(
                Gpu {
                    number: gpu,
                    stream,
                },
                address,
            ),
        }
    }

    fn rows<'a>(&self) -> Rows<'a> {
        let Place::Host(start) = self.place() else {
            unreachable!("memory on a GPU is copied first");
        };
        Rows {
            top: start.wrapping_offset(self.top),
            format: self.format,
            width: self.width,
            height: self.height,
            pixel_stride: self.pixel_stride,
            row_stride: self.row_stride,
            memory: PhantomData,
        }
    }

    /// Makes `copy` as large as the image's span on a GPU, which is copied whole.
    fn fit(&self, copy: &mut Vec<u8>) -> Result<()> {
        let (bytes, pixels) = (self.span.len(), self.bytes_of_pixels());
        if bytes > MAX_COPY && bytes / MAX_SPREAD > pixels {
            let reason = format_args!(
                "its {pixels} bytes of pixels are spread over {bytes} bytes on the GPU, which cannot be copied"
            );
            return Err(Error::new(ErrorKind::Memory, "the image", reason));
        }
        grow(copy, bytes)?;
        copy.resize(bytes, 0);
        Ok(())
    }

    fn bytes_of_pixels(&self) -> usize {
        // Sides are at most `MAX_SIDE`, and a pixel has few bytes.
        self.format.bytes() * self.width * self.height
    }

    /// The same image in a copy of its span.
    fn copied(self, copy: *mut u8) -> Self {
        Self {
            memory: Memory::Host(copy),
            top: self.top - self.span.start,
            ..self
        }
    }

    /// The GPU address at which the span starts.
    fn device_start(&self, address: u64) -> u64 {
        address.wrapping_add_signed(self.span.start as i64)
    }

    /// Whether every byte of the span belongs to a pixel.
    fn is_dense(&self) -> bool {
        self.span.len() == self.bytes_of_pixels()
    }
}

/// The rows of an image on the host, from the top.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    top: *mut u8,
    pub(super) format: Format,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixel_stride: usize,
    row_stride: isize,
    memory: PhantomData<&'a mut [u8]>,
}

impl Rows<'_> {
    /// The first pixel of a row. It and the next `width - 1`, each `pixel_stride` bytes on, are memory of the
    /// image.
    pub(super) fn row(&self, y: usize) -> *mut u8 {
        assert!(y < self.height, "row {y} of {}", self.height);
        self.top.wrapping_offset(y as isize * self.row_stride)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{Channels, Component};

    const R8: Format = Format::new(Component::U8, Channels::R);

    fn image(bytes: &[u8], layout: Layout) -> Vec<Vec<u8>> {
        let image = Image::new(bytes, R8, layout).unwrap();
        let mut scratch = Vec::new();
        let rows = image.on_host(&mut scratch).unwrap();
        let pixel = |y, x| unsafe { *rows.row(y).add(x * rows.pixel_stride) };
        (0..rows.height)
            .map(|y| (0..rows.width).map(|x| pixel(y, x)).collect())
            .collect()
    }

    #[test]
    fn strides_and_directions() {
        let bytes: Vec<u8> = (0..12).collect();
        let layout = Layout::new(2, 3);
        assert_eq!(image(&bytes, layout), [[0, 1], [2, 3], [4, 5]]);
        let wide = Layout {
            offset: 1,
            pixel_stride: 2,
            row_stride: 4,
            ..layout
        };
        assert_eq!(image(&bytes, wide), [[1, 3], [5, 7], [9, 11]]);
        let bottom = Layout {
            origin: Origin::BottomLeft,
            ..layout
        };
        assert_eq!(image(&bytes, bottom), [[4, 5], [2, 3], [0, 1]]);
        let upwards = Layout {
            offset: 8,
            row_stride: -4,
            ..layout
        };
        assert_eq!(image(&bytes, upwards), [[8, 9], [4, 5], [0, 1]]);
    }

    #[test]
    fn spread_images_on_a_gpu_are_refused_before_memory_is_taken() {
        let memory = Memory::Cuda {
            address: 0,
            gpu: 0,
            stream: 0,
        };
        for (pixel_stride, row_stride) in
            [(0, 1 << 44), (0, -(1 << 44)), (1 << 40, 0), (0, 1 << 28)]
        {
            let layout = Layout {
                pixel_stride,
                row_stride,
                ..Layout::new(64, 64)
            };
            // SAFETY: it is refused before it is read.
            let image = unsafe { Image::from_memory(memory, None, R8, layout) }.unwrap();
            let mut scratch = Vec::new();
            let error = image.on_host(&mut scratch).map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
            assert_eq!(scratch.capacity(), 0);
        }
        // A small part of a large picture is copied as before.
        let layout = Layout {
            row_stride: 4 * 16_384,
            ..Layout::new(64, 64)
        };
        let raw = Raw::new(memory, None, R8, layout).unwrap();
        raw.fit(&mut Vec::new()).unwrap();
    }

    #[test]
    fn images_outside_of_their_memory_are_refused() {
        let bytes = [0; 12];
        let refused = |layout| Image::new(&bytes, R8, layout).unwrap_err().to_string();
        let layout = Layout::new(4, 3);
        assert!(Image::new(&bytes, R8, layout).is_ok());
        assert_eq!(
            refused(Layout {
                offset: 1,
                ..layout
            }),
            "option `data_size`: the image lies in bytes 1 to 13 of 12"
        );
        assert!(
            refused(Layout {
                row_stride: -4,
                ..layout
            })
            .contains("bytes -8 to 4")
        );
        assert!(
            refused(Layout {
                row_stride: 3,
                ..layout
            })
            .contains("a row takes 4")
        );
        assert!(refused(Layout::new(0, 3)).contains("0x3 pixels"));
        assert!(refused(Layout::new(4, MAX_SIDE + 1)).contains("expected 1 to"));
        for layout in [
            Layout {
                pixel_stride: usize::MAX / 2,
                ..layout
            },
            Layout {
                row_stride: isize::MIN,
                ..layout
            },
            Layout {
                offset: usize::MAX,
                ..layout
            },
            Layout {
                row_stride: isize::MAX,
                ..layout
            },
        ] {
            assert!(refused(layout).contains("beyond all memory"));
        }
    }
}
