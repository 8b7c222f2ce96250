//! CLAM: the paper's baseline to TLAM (section 4.2). Every label goes through dense layers of its own; no
//! label sees another before their mean, which is the concept.

mod config;
mod cost;
mod network;
mod onnx;

pub use config::ClamConfig;
pub use network::{Branch, Clam};
