//! The paper's naive baseline: the concept is the concatenation of the encoded labels.

mod config;
mod network;
mod onnx;

pub use config::NaiveConfig;
pub use network::Naive;
