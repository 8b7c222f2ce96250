//! The networks. One file a network, its `forward` in `burn`; its ONNX form is under [`crate::onnx`].

pub mod asap;
pub mod backbone;
pub mod clam;
mod config;
pub mod discriminator;
mod generator;
mod layers;
pub mod merge;
pub mod naive;
pub mod pix2pix;
pub mod pix2pix_hd;
pub mod segmenter;
pub mod semantics;
pub mod spade;
pub mod spectral;
pub mod tlam;
pub mod vgg;

pub use backbone::Backbone;
pub use config::{
    AsapConfig, BackboneConfig, BackboneKind, ClamConfig, Condition, DiscriminatorConfig,
    MergeConfig, MergeKind, NetworkConfig, NetworkConfigError, Padding, Pix2PixConfig,
    Pix2PixHdConfig, Preset, SpadeConfig, TlamConfig,
};
pub use generator::{Generated, Generator};
pub use merge::Merge;
