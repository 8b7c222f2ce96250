//! The networks, implemented with `burn`. The folder of each backbone and merge also has its ONNX export.

pub mod backbone;
mod config;
mod cost;
pub mod discriminator;
mod generator;
pub mod hints;
pub(crate) mod layers;
pub mod merge;
mod named;
mod preset;
pub mod segmenter;
pub mod spectral;
pub mod vgg;

pub use backbone::{BackboneConfig, BackboneKind, BackboneNetwork};
pub use config::{Condition, DiscriminatorConfig, NetworkConfig, NetworkConfigError};
pub use cost::{multiply_adds, parameter_count};
pub use generator::{Generated, GeneratorNetwork};
pub use merge::{MergeConfig, MergeKind, MergeNetwork};
pub use preset::Preset;
