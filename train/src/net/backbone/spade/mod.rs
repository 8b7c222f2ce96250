//! The generator of SPADE (Park et al. 2019): features are upsampled from 1/32 of the picture's size, and the scale and
//! shift of every norm are computed from the concept tensor at the norm's resolution.
//!
//! Two things differ from the paper. There is no style encoder: the input of the first layer is the downsampled
//! concept. And the norms are instance norms, not synchronised batch norms, so that a picture does not depend on the
//! others in its batch (the public code has the same option).

mod config;
mod cost;
mod network;
mod onnx;

pub use config::SpadeConfig;
pub use network::{BLOCKS, Block, BlockShape, ConceptNorm, FACTOR, LEAKY_SLOPE, Normed, Spade};
