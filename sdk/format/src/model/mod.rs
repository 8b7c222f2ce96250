//! The model file: an ordinary ONNX file with a [`Manifest`] in its metadata.

#[cfg(feature = "builder")]
pub mod builder;
mod check;
mod cut;
mod file;
mod fixed;
mod footprint;
mod manifest;
mod outline;
pub mod proto;

pub use check::{CONCEPT, IMAGE, Network, number_type};
pub use cut::{Part, Parts, cut, whole};
pub use file::ModelFile;
pub use fixed::FixedShape;
pub use footprint::{Bytes, Footprint};
pub use manifest::{
    ENCODED_FORMAT, FORMAT, FORMAT_KEY, MANIFEST_KEY, Manifest, MultiplyAdds, Training,
};
