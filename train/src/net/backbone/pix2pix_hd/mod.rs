//! The global generator of Pix2PixHD (Wang et al. 2018): convolutions of stride 2, residual blocks at the lowest
//! resolution, and transposed convolutions.
//!
//! Convolutions before a norm have no bias, because the norm would cancel it.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::Pix2PixHdConfig;
pub use network::{Block, Pix2PixHd, WIDE};
