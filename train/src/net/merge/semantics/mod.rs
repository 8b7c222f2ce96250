//! The networks that the paper sets out from know one label map of classes: the concept is the first
//! categorical label's channels, whatever other labels there are.

mod config;
mod network;
mod onnx;

pub use config::SemanticsConfig;
pub use network::Semantics;
