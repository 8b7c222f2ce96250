//! Merges: networks from the labels to the concept tensor. A merge is a folder here and a line in the
//! table below. Whatever the kind, a pixel's concept depends on that pixel's labels alone.

use anyhow::bail;
use burn::{
    module::{Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use multicond::label::Label;
use serde::{Deserialize, Serialize};

use super::{NetworkConfigError, Preset, cost::LayerCost, named};
use multicond_format::model::builder::{Graph, Value};

// rustfmt finds files by these lines, so the table cannot write them.
pub mod clam;
pub mod naive;
pub mod semantics;
pub mod tlam;

/// Makes the enums of merges and their dispatch. A line of the table has the merge's help text, its name in
/// recipes, manifests and checkpoints, its folder, and the folder's network and sizes.
macro_rules! merges {
    ($($(#[doc = $doc:literal])+ $name:literal => $folder:ident::{$network:ident, $config:ident},)+) => {
        /// A merge network.
        #[derive(Module, Debug)]
        pub enum MergeNetwork {
            $($(#[doc = $doc])+ $network($folder::$network),)+
        }

        /// Sizes of a merge: of the paper's network, or of one of its baselines.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", deny_unknown_fields)]
        pub enum MergeConfig {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $network($folder::$config),)+
        }

        /// The kinds of merge, without their sizes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
        pub enum MergeKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] #[value(name = $name)] $network,)+
        }

        impl MergeKind {
            /// All kinds.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$network),+];

            /// The name in recipes, in manifests and of the tensors in checkpoints.
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
            /// A fresh network for these labels.
            ///
            /// # Panics
            /// When `semantics` finds no categorical label, which [`NetworkConfig::validate`] tells.
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

            /// Visits the parameters under the names that they have in checkpoints.
            pub(super) fn visit_named(&self, visitor: &mut impl ModuleVisitor) {
                match self {
                    $(Self::$network(network) => named::visit($name, network, visitor),)+
                }
            }

            /// Maps the parameters under the names that they have in checkpoints.
            pub(super) fn map_named(self, mapper: &mut impl ModuleMapper) -> Self {
                match self {
                    $(Self::$network(network) => Self::$network(named::map($name, network, mapper)),)+
                }
            }
        }
    };
}

merges! {
    /// A transformer over the labels of a pixel: the paper's network.
    "tlam" => tlam::{Tlam, TlamConfig},
    /// Dense layers for each label, and their mean: the paper's strongest baseline.
    "clam" => clam::{Clam, ClamConfig},
    /// The encoded labels side by side.
    "naive" => naive::{Naive, NaiveConfig},
    /// The first categorical label alone.
    "semantics" => semantics::{Semantics, SemanticsConfig},
}

/// What the sizes of a merge say of it.
pub(crate) trait MergeSizes {
    /// The sizes of a preset.
    fn preset(preset: Preset) -> Self
    where
        Self: Sized;

    /// Checks that the sizes fit together and that these labels can be merged.
    fn validate(&self, labels: &[Label]) -> Result<(), NetworkConfigError>;

    /// Channels of the concept tensor that it makes of these labels.
    fn concept_channels(&self, labels: &[Label]) -> usize;

    /// What the network weighs, and costs for each pixel.
    fn cost(&self, labels: &[Label]) -> LayerCost;
}

/// What a merge's network does.
pub(crate) trait MergeModule {
    /// Encoded labels `[pixels, sum of label channels]`, zero where missing, to
    /// `[pixels, concept channels]`.
    fn merge(&self, pixels: Tensor<2>) -> Tensor<2>;

    /// Checks that it merges these labels into a concept tensor of so many channels.
    fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()>;

    /// The same as [`merge`](Self::merge) in an ONNX graph whose inputs are the labels in physical units.
    fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Value],
    ) -> anyhow::Result<Value>;
}

impl MergeConfig {
    /// Channels of the concept tensor that it makes of these labels; none where `semantics` finds no
    /// categorical label.
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

    /// [`forward`](Self::forward), so many pixels at a time: the same result in less memory.
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

    /// The manifest's labels and concept tensor must be those of this merge.
    pub(crate) fn check_sizes(&self, labels: &[Label], channels: usize) -> anyhow::Result<()> {
        self.network().check_sizes(labels, channels)
    }

    /// The concept of all pixels, `[pixels, channels]`, in an ONNX graph.
    pub(crate) fn concept(
        &self,
        graph: &mut Graph,
        labels: &[Label],
        inputs: &[Value],
    ) -> anyhow::Result<Value> {
        self.network().concept(graph, labels, inputs)
    }
}

/// Lays the pixels of `[batch, channels, height, width]` out as `[pixels, channels]`.
pub fn pixels(planes: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = planes.dims();
    planes
        .permute([0, 2, 3, 1])
        .reshape([batch * height * width, channels])
}

/// Checks that the manifest says as many labels as the network has.
fn check_labels(labels: &[Label], found: usize) -> anyhow::Result<()> {
    let count = labels.len();
    if found != count {
        bail!("the manifest says {count} labels, the generator has {found}");
    }
    Ok(())
}

/// Checks that the manifest says as many channels of the concept tensor as the network makes.
fn check_concept(channels: usize, found: usize) -> anyhow::Result<()> {
    if found != channels {
        bail!(
            "the manifest says {channels} channels of the concept tensor, the generator has {found}"
        );
    }
    Ok(())
}

/// Checks the channels of labels that the network takes as they are. Other networks check them where
/// they read the weights of each label.
fn check_encoded(channels: usize, found: usize) -> anyhow::Result<()> {
    if found != channels {
        bail!("the manifest's labels have {channels} channels, the generator takes {found}");
    }
    Ok(())
}
