//! The U-Net of Pix2Pix (Isola et al. 2017): convolutions of stride 2 down, transposed ones up, and each
//! size's features carried over by a skip connection.
//!
//! Batch norm of one picture, which the paper trains and runs with, is an instance norm. The paper's
//! dropout, its only noise, is left out: it hardly changed its pictures.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::Pix2PixConfig;
pub use network::{Down, LEAKY_SLOPE, Pix2Pix, Up};
