//! Networks that look at pictures: depth or classes for data that lacks them, features and classes for scores. The
//! user brings them as ONNX files; what goes in and what comes out stands in a TOML file beside the network, or in
//! its metadata.

mod bilinear;
mod description;
mod input;
mod network;
mod output;

pub(crate) use bilinear::scale_bilinear;
pub(crate) use description::{Description, Input, Resize, ResultKind, VISION_KEY};
pub(crate) use network::{Network, description_within};
pub(crate) use output::{plane, scale_plane};
