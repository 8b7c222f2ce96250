//! CLAM: the paper's baseline for TLAM (section 4.2). Each label has separate dense layers. The concept is the mean of
//! their outputs, so labels do not interact before it.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::ClamConfig;
pub use network::{Branch, Clam};
