//! The merge of labels into the concept tensor, of the kind that the configuration names. Whatever the
//! kind, a pixel's concept depends on that pixel's labels alone.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{MergeConfig, clam::Clam, naive::Naive, semantics::Semantics, tlam::Tlam};

/// A merge network.
#[derive(Module, Debug)]
pub enum Merge {
    /// A transformer over the labels of a pixel.
    Tlam(Tlam),
    /// Dense layers for each label, and their mean.
    Clam(Clam),
    /// The encoded labels side by side.
    Naive(Naive),
    /// The first categorical label alone.
    Semantics(Semantics),
}

impl Merge {
    /// A fresh network for these labels.
    ///
    /// # Panics
    /// When `semantics` finds no categorical label, which [`NetworkConfig::validate`] tells.
    ///
    /// [`NetworkConfig::validate`]: super::NetworkConfig::validate
    pub fn new(config: &MergeConfig, labels: &[Label], device: &Device) -> Self {
        match config {
            MergeConfig::Tlam(config) => Self::Tlam(Tlam::new(config, labels, device)),
            MergeConfig::Clam(config) => Self::Clam(Clam::new(config, labels, device)),
            MergeConfig::Naive {} => Self::Naive(Naive::new(labels)),
            MergeConfig::Semantics {} => Self::Semantics(
                Semantics::of(labels).expect("a valid configuration has a categorical label"),
            ),
        }
    }

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
        match self {
            Self::Tlam(tlam) => tlam.merge(pixels),
            Self::Clam(clam) => clam.merge(pixels),
            Self::Naive(naive) => naive.merge(pixels),
            Self::Semantics(semantics) => semantics.merge(pixels),
        }
    }
}

/// Lays the pixels of `[batch, channels, height, width]` out as `[pixels, channels]`.
pub fn pixels(planes: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = planes.dims();
    planes
        .permute([0, 2, 3, 1])
        .reshape([batch * height * width, channels])
}
