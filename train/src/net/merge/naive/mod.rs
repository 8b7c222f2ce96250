//! The paper's naive baseline: no network merges the labels; the concept is their channels side by side.

mod config;
mod network;
mod onnx;

pub use config::NaiveConfig;
pub use network::Naive;
