//! Backbones: networks from the concept tensor to the picture. Each backbone has a folder here and a line in the
//! table below.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use super::{NetworkConfigError, Preset, cost::LayerCost, named};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::Features,
};

// rustfmt finds files by these lines, so the macro cannot generate them.
pub mod asap;
pub mod pix2pix;
pub mod pix2pix_hd;
pub mod spade;
pub mod unet;

/// Defines the enums of backbones and their dispatch. A line of the table gives the backbone's help text, its name in
/// recipes, manifests and checkpoints, its module, and the network and configuration types.
macro_rules! backbones {
    ($($(#[doc = $doc:literal])+ $name:literal => $folder:ident::{$network:ident, $config:ident},)+) => {
        /// A backbone.
        #[derive(Module, Debug)]
        pub enum BackboneNetwork {
            $($(#[doc = $doc])+ $network($folder::$network),)+
        }

        /// Configuration of a backbone.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", deny_unknown_fields)]
        pub enum BackboneConfig {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $network($folder::$config),)+
        }

        /// The kinds of backbone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
        pub enum BackboneKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] #[value(name = $name)] $network,)+
        }

        impl BackboneKind {
            /// All kinds.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$network),+];

            /// The name in recipes and manifests, and the prefix of tensor names in checkpoints.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$network => $name,)+
                }
            }
        }

        impl BackboneConfig {
            pub(super) fn preset(kind: BackboneKind, preset: Preset, height: usize) -> Self {
                match kind {
                    $(BackboneKind::$network => Self::$network(BackboneSizes::preset(preset, height)),)+
                }
            }

            /// The kind.
            pub fn kind(&self) -> BackboneKind {
                match self {
                    $(Self::$network(_) => BackboneKind::$network,)+
                }
            }

            fn sizes(&self) -> &dyn BackboneSizes {
                match self {
                    $(Self::$network(config) => config,)+
                }
            }
        }

        impl BackboneNetwork {
            /// A newly initialised network with `input` channels.
            pub fn new(config: &BackboneConfig, input: usize, device: &Device) -> Self {
                match config {
                    $(BackboneConfig::$network(config) => {
                        Self::$network($folder::$network::new(config, input, device))
                    })+
                }
            }

            fn network(&self) -> &dyn BackboneModule {
                match self {
                    $(Self::$network(network) => network,)+
                }
            }

            /// One power iteration of the spectral norms.
            pub fn power_iteration(self) -> Self {
                match self {
                    $(Self::$network(network) => {
                        Self::$network(BackboneModule::power_iteration(network))
                    })+
                }
            }

            /// Visits the parameters under their names in checkpoints.
            pub(super) fn visit_named(&self, visitor: &mut impl ModuleVisitor) {
                match self {
                    $(Self::$network(network) => named::visit($name, network, visitor),)+
                }
            }

            /// Maps the parameters under their names in checkpoints.
            pub(super) fn map_named(self, mapper: &mut impl ModuleMapper) -> Self {
                match self {
                    $(Self::$network(network) => Self::$network(named::map($name, network, mapper)),)+
                }
            }
        }
    };
}

backbones! {
    /// ASAP-Net: a small network for each tile; used in the paper, and the fastest.
    "asap" => asap::{Asap, AsapConfig},
    /// SPADE generator: normalisation layers conditioned on the concept.
    "spade" => spade::{Spade, SpadeConfig},
    /// A small U-Net without norms, of the kind that real-time filters use.
    "unet" => unet::{Unet, UnetConfig},
    /// Pix2Pix: a U-Net.
    "pix2pix" => pix2pix::{Pix2Pix, Pix2PixConfig},
    /// Pix2PixHD global generator: residual blocks at low resolution.
    "pix2pixhd" => pix2pix_hd::{Pix2PixHd, Pix2PixHdConfig},
}

/// The configuration of a backbone.
pub(crate) trait BackboneSizes {
    /// The preset's sizes for pictures of `height` rows.
    fn preset(preset: Preset, height: usize) -> Self
    where
        Self: Sized;

    /// Checks that the sizes are consistent, for a concept tensor of so many channels.
    fn validate(&self, concept_channels: usize) -> Result<(), NetworkConfigError>;

    /// Sides of pictures must be multiples of this many pixels.
    fn tile(&self) -> usize;

    /// Minimum side of pictures: instance norms need more than one pixel to have a variance.
    fn smallest_side(&self) -> usize {
        2 * self.tile()
    }

    /// A description of the sizes, for reports.
    fn describe(&self) -> String;

    /// Parameters of the layers, and their multiply-adds per tile.
    fn layers(&self, concept_channels: usize) -> Vec<LayerCost>;
}

/// A backbone network.
pub(crate) trait BackboneModule {
    /// The colours `[batch, 3, height, width]`, before the last tanh, for a concept whose sides are multiples of the
    /// tile.
    fn forward(&self, concept: Tensor<4>) -> Tensor<4>;

    /// Sides of pictures must be multiples of this many pixels.
    fn tile(&self) -> usize;

    /// One power iteration of the spectral norms, if there are any.
    fn power_iteration(self) -> Self
    where
        Self: Sized,
    {
        self
    }

    /// The same as [`forward`](Self::forward) in an ONNX graph.
    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value>;
}

impl BackboneConfig {
    /// Sides of pictures must be multiples of this many pixels.
    pub fn tile(&self) -> usize {
        self.sizes().tile()
    }

    /// Minimum side of pictures.
    pub fn smallest_side(&self) -> usize {
        self.sizes().smallest_side()
    }

    /// A description of the sizes, for reports.
    pub(crate) fn describe(&self) -> String {
        self.sizes().describe()
    }

    pub(super) fn validate(&self, concept_channels: usize) -> Result<(), NetworkConfigError> {
        self.sizes().validate(concept_channels)
    }

    pub(super) fn layers(&self, concept_channels: usize) -> Vec<LayerCost> {
        self.sizes().layers(concept_channels)
    }
}

impl BackboneNetwork {
    /// The colours `[batch, 3, height, width]`, before the last tanh, for a tensor `[batch, input, height, width]`
    /// whose sides are multiples of [`BackboneConfig::tile`].
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.network().forward(concept)
    }

    /// Sides of pictures must be multiples of this many pixels.
    pub fn tile(&self) -> usize {
        self.network().tile()
    }

    /// The colours for a concept, before the last tanh, in an ONNX graph.
    pub(crate) fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        self.network().colours(graph, concept)
    }
}

/// Checks that all channel counts are at least 1.
fn check_widths(widths: &[usize]) -> Result<(), NetworkConfigError> {
    match widths.contains(&0) {
        true => Err(NetworkConfigError::new(
            "backbone",
            "widths must be at least 1",
        )),
        false => Ok(()),
    }
}

/// Checks the number of convolutions of stride 2.
fn check_downsamplings(downsamplings: usize) -> Result<(), NetworkConfigError> {
    match downsamplings {
        1..=10 => Ok(()),
        other => Err(NetworkConfigError::new(
            "backbone.downsamplings",
            format!("{other} is not between 1 and 10"),
        )),
    }
}
