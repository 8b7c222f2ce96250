//! Networks that take pictures: they predict depth or classes for data that lacks them, and features or classes for
//! metrics. Users provide them as ONNX files, described by a TOML file or by their metadata.

mod bilinear;
mod description;
mod input;
mod network;
mod output;

pub(crate) use bilinear::scale_bilinear;
pub(crate) use description::{Description, Input, Resize, ResultKind, VISION_KEY};
pub(crate) use network::{Network, description_within};
pub(crate) use output::{plane, scale_plane};
