//! The model file: ordinary ONNX with a [`Manifest`] in its metadata.

mod manifest;
pub mod proto;

pub use manifest::{FORMAT, FORMAT_KEY, MANIFEST_KEY, Manifest, MultiplyAdds, Size, Training};
