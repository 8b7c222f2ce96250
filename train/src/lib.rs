//! Trains spatially multi-conditional image generators and exports them to ONNX.

pub mod data;
pub mod net;
pub mod onnx;
pub mod train;
