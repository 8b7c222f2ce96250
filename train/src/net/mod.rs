//! The networks. One file a network, its `forward` in `burn`; its ONNX form is under [`crate::onnx`].

pub mod asap;
pub mod clam;
mod config;
pub mod discriminator;
mod generator;
mod layers;
pub mod merge;
pub mod naive;
pub mod semantics;
pub mod tlam;
pub mod vgg;

pub use config::{
    AsapConfig, ClamConfig, Condition, DiscriminatorConfig, MergeConfig, MergeKind, NetworkConfig,
    NetworkConfigError, Preset, TlamConfig,
};
pub use generator::{Generated, Generator};
pub use merge::Merge;
