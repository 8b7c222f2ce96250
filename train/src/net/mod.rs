//! The networks. One file a network, its `forward` in `burn`; its ONNX form is under [`crate::onnx`].

pub mod asap;
mod config;
pub mod discriminator;
mod generator;
mod layers;
pub mod tlam;
pub mod vgg;

pub use config::{
    AsapConfig, Condition, DiscriminatorConfig, NetworkConfig, NetworkConfigError, Preset,
    TlamConfig,
};
pub use generator::{Generated, Generator};
