//! The model file: ordinary ONNX with a [`Manifest`] in its metadata.

mod check;
mod cut;
mod file;
mod manifest;
mod outline;
pub mod proto;

pub(crate) use cut::Part;
pub use file::ModelFile;
pub use manifest::{FORMAT, FORMAT_KEY, MANIFEST_KEY, Manifest, MultiplyAdds, Size, Training};
