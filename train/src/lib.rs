//! Trains spatially multi-conditional image generators and exports them to ONNX.

pub mod net;
pub mod onnx;
