//! ONNX export. The nodes of each network are in its folder in [`crate::net`]; shared ones are here.
//! `docs/model-file.md` describes the model file.

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
