//! TLAM: merges the labels of each pixel into one concept vector (paper section 3.2, equations 1-5).
//!
//! A separate projection turns each label into a token. Transformer blocks attend over the tokens of one pixel, never
//! over those of other pixels. The mean of the tokens is the concept.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::TlamConfig;
pub use network::{Block, Tlam};
