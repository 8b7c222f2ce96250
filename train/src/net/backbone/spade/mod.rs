//! The generator of SPADE (Park et al. 2019): features grow from 1/32 of the picture's size, and every
//! norm is scaled and shifted by what the concept tensor says at the norm's resolution.
//!
//! Two things differ from the paper. There is no encoder of styles: the start is the concept, as small as
//! the first features. And norms are instance norms, where the paper averages over a batch on many GPUs,
//! so that a picture never depends on those beside it (its public code has the same choice).

mod config;
mod cost;
mod network;
mod onnx;

pub use config::SpadeConfig;
pub use network::{BLOCKS, Block, BlockShape, ConceptNorm, FACTOR, LEAKY_SLOPE, Normed, Spade};
