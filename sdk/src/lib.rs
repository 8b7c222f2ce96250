//! Spatially multi-conditional image generation: label maps in, pictures out.

mod cache;
#[cfg(feature = "capi")]
pub mod capi;
mod cuda;
pub mod engine;
mod error;
pub mod files;
pub mod generator;
pub mod label;
pub mod model;
pub mod pixels;

pub use cache::cache_folder;
pub use engine::{Backend, Device, DeviceOptions, DeviceReport, Refusal, devices};
pub use error::{Error, Result};
pub use generator::{
    Background, Canceller, Fit, Frame, Generator, Merge, Options, Picture, Progress, Statistics,
};
