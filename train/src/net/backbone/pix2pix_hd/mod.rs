//! The global generator of Pix2PixHD (Wang et al. 2018): a few convolutions of stride 2, residual blocks
//! at the lowest resolution, and transposed convolutions back.
//!
//! Convolutions before a norm have no bias, which the norm, without weights here, would take away again.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::Pix2PixHdConfig;
pub use network::{Block, Pix2PixHd, WIDE};
