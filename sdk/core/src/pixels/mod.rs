//! Pictures and labels in the caller's memory, as renderers have them: any format, stride and direction,
//! read into physical units and written from RGB without a copy in between.

mod decode;
mod depth;
mod format;
mod image;
mod label_image;
mod normal;
mod output;

pub use depth::DeviceDepth;
pub use format::{Channels, Component, Format};
pub use image::{Image, ImageMut, Layout, Memory, Origin};
pub use label_image::{LabelImage, Meaning};
pub use normal::NormalCode;
pub use output::{ColorSpace, Output};

pub(crate) use decode::Decoder;

/// Whether images in CUDA memory can be used.
///
/// # Errors
/// Says why not, for example that there is no NVIDIA driver.
pub fn check_cuda() -> crate::error::Result<()> {
    crate::cuda::available()
}
