//! Merges: networks from the labels to the concept tensor. Each merge has a folder here and a line in the table
//! below. In all of them, the concept of a pixel depends on the labels of that pixel only.

use anyhow::bail;
use burn::{
    module::{Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{NetworkConfigError, Preset, cost::LayerCost, named};
use crate::onnx::{
    builder::{Graph, Value},
    labels::Input,
};

// rustfmt finds files by these lines, so the macro cannot generate them.
pub mod clam;
pub mod naive;
pub mod semantics;
pub mod tlam;

/// Defines the enums of merges and their dispatch. A line of the table gives the merge's help text, its name in
/// recipes, manifests and checkpoints, its module, and the network and configuration types.
macro_rules! merges {
    ($($(#[doc = $doc:literal])+ $name:literal => $folder:ident::{$network:ident, $config:ident},)+) => {
        /// A merge network.
        #[derive(Module, Debug)]
        pub enum MergeNetwork {
            $($(#[doc = $doc])+ $network($folder::$network),)+
        }

        /// Configuration of a merge: the paper's network or one of its baselines.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", deny_unknown_fields)]
        pub enum MergeConfig {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $network($folder::$config),)+
        }

        /// The kinds of merge.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
        pub enum MergeKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] #[value(name = $name)] $network,)+
        }

        impl MergeKind {
            /// All kinds.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$network),+];

            /// The name in recipes and manifests, and the prefix of tensor names in checkpoints.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$network => $name,)+
                }
            }
        }

        impl MergeConfig {
            pub(super) fn preset(kind: MergeKind, preset: Preset) -> Self {
                match kind {
                    $(MergeKind::$network => Self::$network(MergeSizes::preset(preset)),)+
                }
            }

            /// The kind.
            pub fn kind(&self) -> MergeKind {
                match self {
                    $(Self::$network(_) => MergeKind::$network,)+
                }
            }

            fn sizes(&self) -> &dyn MergeSizes {
                match self {
                    $(Self::$network(config) => config,)+
                }
            }
        }

        impl MergeNetwork {
            /// A newly initialised network for these labels.
            ///
            /// # Panics
            /// When the kind is `semantics` and there is no categorical label, which [`NetworkConfig::validate`]
            /// rejects.
            ///
            /// [`NetworkConfig::validate`]: super::NetworkConfig::validate
            pub fn new(config: &MergeConfig, labels: &[Label], device: &Device) -> Self {
                match config {
                    $(MergeConfig::$network(config) => {
                        Self::$network($folder::$network::new(config, labels, device))
                    })+
                }
            }

            fn network(&self) -> &dyn MergeModule {
                match self {
                    $(Self::$network(network) => network,)+
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

merges! {
    /// TLAM: a transformer over the labels of each pixel; the network of the paper.
    "tlam" => tlam::{Tlam, TlamConfig},
    /// CLAM: dense layers for each label, then the mean; the strongest baseline in the paper.
    "clam" => clam::{Clam, ClamConfig},
    /// Concatenation of the encoded labels.
    "naive" => naive::{Naive, NaiveConfig},
    /// Only the first categorical label.
    "semantics" => semantics::{Semantics, SemanticsConfig},
}

/// The configuration of a merge.
pub(crate) trait MergeSizes {
    /// The preset's sizes.
    fn preset(preset: Preset) -> Self
    where
        Self: Sized;

    /// Checks that the sizes are consistent and that these labels can be merged.
    fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError>;

    /// Number of channels of the concept tensor for these labels.
    fn concept_channels(&self, labels: &[Label]) -> usize;

    /// Parameters of the network, and its multiply-adds per pixel.
    fn cost(&self, labels: &[Label]) -> LayerCost;
}

/// A merge network.
pub(crate) trait MergeModule {
    /// Encoded labels `[pixels, sum of label channels]`, zero where missing, to
    /// `[pixels, concept channels]`.
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2>;

    /// Checks that the network merges these labels into a concept tensor of so many channels.
    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()>;

    /// The same as [`merge`](Self::merge) in an ONNX graph with these inputs, one per label.
    fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Input],
    ) -> anyhow::Result<Value>;
}

impl MergeConfig {
    /// Number of channels of the concept tensor for these labels; 0 for `semantics` without a categorical label.
    pub fn concept_channels(&self, labels: &[Label]) -> usize {
        self.sizes().concept_channels(labels)
    }

    pub(super) fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError> {
        self.sizes().validate(labels)
    }

    pub(super) fn cost(&self, labels: &[Label]) -> LayerCost {
        self.sizes().cost(labels)
    }
}

impl MergeNetwork {
    /// Merges encoded labels `[batch, sum of label channels, height, width]`, zero where missing,
    /// into the concept tensor `[batch, concept channels, height, width]`.
    pub fn forward(&self, labels: Tensor<4>) -> Tensor<4> {
        self.forward_in_chunks(labels, usize::MAX)
    }

    /// Like [`forward`](Self::forward), but in chunks of `chunk` pixels, which needs less memory.
    pub fn forward_in_chunks(&self, labels: Tensor<4>, chunk: usize) -> Tensor<4> {
        let [batch, _, height, width] = labels.dims();
        let concepts = pixels(labels)
            .split(chunk.min(batch * height * width), 0)
            .into_iter()
            .map(|chunk| self.merge(chunk))
            .collect();
        let concept: Tensor<2> = Tensor::cat(concepts, 0);
        let [_, channels] = concept.dims();
        concept
            .reshape([batch, height, width, channels])
            .permute([0, 3, 1, 2])
    }

    /// [`forward`](Self::forward) on `[pixels, channels]`, giving `[pixels, concept channels]`.
    pub fn merge(&self, pixels: Tensor<2>) -> Tensor<2> {
        self.network().merge(pixels)
    }

    /// Checks that labels and concept channels of a manifest match this merge.
    pub(crate) fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        self.network().check_sizes(labels, channels)
    }

    /// The concept of all pixels, `[pixels, channels]`, in an ONNX graph.
    pub(crate) fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Input],
    ) -> anyhow::Result<Value> {
        self.network().concept(graph, labels, inputs)
    }
}

/// Reorders `[batch, channels, height, width]` to `[pixels, channels]`.
pub fn pixels(planes: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = planes.dims();
    planes
        .permute([0, 2, 3, 1])
        .reshape([batch * height * width, channels])
}

/// Checks the number of labels in the manifest against the network.
fn check_labels(labels: &[Label], found: usize) -> anyhow::Result<()> {
    let count = labels.len();
    if found != count {
        bail!("the manifest has {count} labels, but the generator has {found}");
    }
    Ok(())
}

/// Checks the number of concept channels in the manifest against the network.
fn check_concept(channels: usize, found: usize) -> anyhow::Result<()> {
    if found != channels {
        bail!("the manifest has {channels} concept channels, but the generator has {found}");
    }
    Ok(())
}

/// Checks the label channels of a network that takes labels unchanged. Other networks check them when they read the
/// weights of each label.
fn check_encoded(channels: usize, found: usize) -> anyhow::Result<()> {
    if found != channels {
        bail!("the manifest's labels have {channels} channels, but the generator takes {found}");
    }
    Ok(())
}
