//! ONNX export. The nodes of each network are in its folder in [`crate::net`]; shared ones are here.
//! `docs/model-file.md` describes the model file.

pub(crate) use multicond_format::model::builder;
pub(crate) mod convolution;
mod export;
mod generator;
mod hints;
pub(crate) mod labels;
pub(crate) mod layers;
mod segmenter;
pub(crate) mod weights;

pub use export::{
    ExportOptions, Inputs, ModelInfo, export, export_with, manifest, model, model_with,
    of_checkpoint,
};
pub use segmenter::segmenter;
