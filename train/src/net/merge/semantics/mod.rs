//! The paper's baseline with a single label map of classes, as in earlier work: the concept is the first categorical
//! label, encoded; all other labels are ignored.

mod config;
mod network;
mod onnx;

pub use config::SemanticsConfig;
pub use network::Semantics;
