//! Labels and pictures in the caller's memory, in a renderer's pixel format, strides and row order.
//!
//! Host memory is read and written in place; CUDA memory is copied through the host.

mod confidence_image;
mod decode;
mod depth;
mod format;
mod image;
mod label_image;
mod normal;
mod output;

pub use confidence_image::ConfidenceImage;
pub use depth::DeviceDepth;
pub use format::{Channels, Component, Format};
pub use image::{Image, ImageMut, Layout, Memory, Origin};
pub use label_image::{LabelImage, Meaning};
pub use normal::NormalCode;
pub use output::{ColorSpace, Output};

pub(crate) use confidence_image::ConfidenceDecoder;
pub(crate) use decode::Decoder;

/// Checks that images in CUDA memory can be used.
///
/// # Errors
/// When they cannot, for example because no NVIDIA driver is installed.
pub fn check_cuda() -> crate::error::Result<()> {
    crate::cuda::available()
}
