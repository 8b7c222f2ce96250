//! Spatially multi-conditional image generation: label maps in, pictures out.

pub mod label;
pub mod model;
