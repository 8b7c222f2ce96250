//! The trained generator as one ONNX file, and the nodes that its parts share. What the parts of their own
//! add to the graph is beside their networks, in [`crate::net`]; what the file looks like from outside is in
//! `docs/model-file.md`.

pub(crate) use multicond_format::model::builder;
pub(crate) mod convolution;
mod export;
mod generator;
pub(crate) mod labels;
pub(crate) mod layers;
mod segmenter;
pub(crate) mod weights;

pub use export::{ModelInfo, export, manifest, model, of_checkpoint};
pub use segmenter::segmenter;
