//! ASAP-Net (Shaham et al. 2021): a low-resolution stream predicts, for every tile of the picture, the
//! weights of a small network that then paints the tile's pixels one by one.

mod config;
mod cost;
pub mod downsample;
pub mod low_resolution;
mod network;
mod onnx;
pub mod pixel_mlp;
pub mod position;

pub use config::{AsapConfig, Padding};
pub use network::Asap;
