//! Spatially multi-conditional image generation: label maps in, pictures out.

mod error;
pub mod files;
pub mod generator;
pub mod label;
pub mod model;

pub use error::{Error, Result};
pub use generator::{Frame, Picture};
