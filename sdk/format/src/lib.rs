//! What multicond reads and writes: labels and what a missing value is, pictures, their files, and the model file.
//!
//! The crate `multicond` re-exports what applications need. Programs that make model files or datasets use this one.
//!
//! # Features
//! - `files`: label maps and pictures as PNG, OpenEXR and `.npy` files.
//! - `builder`: making ONNX graphs node by node.

mod error;
#[cfg(feature = "files")]
pub mod files;
pub mod label;
pub mod limits;
pub mod model;
mod picture;
mod size;
pub mod storage;

pub use error::{Error, ErrorKind, Result, with_causes};
pub use picture::Picture;
pub use size::Size;
