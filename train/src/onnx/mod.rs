//! The trained generator as one ONNX file. One file a part of the network turns its weights into
//! nodes; what the file looks like from outside is in `docs/model-file.md`.

mod asap;
mod backbone;
pub(crate) mod builder;
mod clam;
mod convolution;
mod cost;
mod export;
mod labels;
mod layers;
mod merge;
mod naive;
mod pix2pix;
mod pix2pix_hd;
mod segmenter;
mod semantics;
mod spade;
mod tlam;
mod weights;

pub use cost::{multiply_adds, parameter_count};
pub use export::{ModelInfo, export, manifest, model, of_checkpoint};
pub use segmenter::segmenter;
