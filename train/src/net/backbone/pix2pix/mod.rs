//! The U-Net of Pix2Pix (Isola et al. 2017): convolutions of stride 2, transposed convolutions, and skip connections
//! at every resolution.
//!
//! The paper uses batch norm with batches of one picture, which is the same as instance norm. The paper's dropout,
//! its only source of noise, is omitted: according to the paper it hardly changes the pictures.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::Pix2PixConfig;
pub use network::{Down, LEAKY_SLOPE, Pix2Pix, Up};
