//! ASAP-Net (Shaham et al. 2021): a low-resolution stream predicts, for each tile of the picture, the weights of a
//! small network that computes the tile's pixels independently.

mod config;
mod cost;
pub mod downsample;
pub mod enlarge;
pub mod low_resolution;
mod network;
mod onnx;
pub mod pixel_mlp;
pub mod position;

pub use config::{AsapConfig, Padding};
pub use network::Asap;
