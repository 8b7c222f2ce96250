//! A small U-Net of the kind that real-time filters use, such as the denoiser of Open Image Denoise: 3x3 convolutions
//! and skip connections at every resolution, average pooling, nearest-neighbour upsampling, no norms.
//!
//! Without norms, a pixel of the picture depends only on the concept around it.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::UnetConfig;
pub use network::{LEAKY_SLOPE, Stage, Unet};
