//! Trains spatially multi-conditional image generators and exports them to ONNX.

pub mod data;
pub mod eval;
mod files;
pub mod import;
pub mod net;
pub mod onnx;
mod readable;
pub mod report;
mod short_names;
pub mod training;
mod vision;
mod weights;
