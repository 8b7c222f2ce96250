//! Spatially multi-conditional image generation: label maps in, pictures out.

mod cache;
pub mod engine;
mod error;
pub mod files;
pub mod generator;
pub mod label;
pub mod model;

pub use cache::cache_folder;
pub use engine::{Device, DeviceReport, devices};
pub use error::{Error, Result};
pub use generator::{Frame, Generator, Merge, Options, Picture, Timings};
