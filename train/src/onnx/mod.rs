//! The trained generator as one ONNX file. One file a part of the network turns its weights into
//! nodes; what the file looks like from outside is in `docs/model-file.md`.

mod builder;
mod clam;
mod cost;
mod export;
mod labels;
mod layers;
mod low_resolution;
mod merge;
mod naive;
mod pixel_mlp;
mod semantics;
mod tlam;
mod weights;

pub use cost::{multiply_adds, parameter_count};
pub use export::{ModelInfo, export, manifest, model};
