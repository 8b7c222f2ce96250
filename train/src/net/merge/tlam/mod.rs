//! TLAM: merges the labels of each pixel into one concept vector (paper section 3.2, equations 1-5).
//!
//! Every label becomes a token by its own projection; transformer blocks let the tokens of one pixel
//! see each other, never those of another pixel; their mean is the concept.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::TlamConfig;
pub use network::{Block, Tlam};
