//! The data formats of multicond: labels and their missing values, pictures, image files, and the model file.
//!
//! Applications use the crate `multicond`, which re-exports what they need. Programs that write model files or
//! prepare datasets use this crate directly.
//!
//! # Features
//! Both are off by default.
//! - `files`: reads label maps from PNG, OpenEXR and `.npy` files, and reads and writes pictures as PNG.
//! - `builder`: builds ONNX graphs node by node.

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
