//! The generator: labels, concept, picture.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{NetworkConfig, asap::Asap, tlam::Tlam};

/// The network that is trained and exported.
#[derive(Module, Debug)]
pub struct Generator {
    /// Labels to concept, pixel by pixel.
    pub tlam: Tlam,
    /// Concept to picture.
    pub asap: Asap,
}

/// What one pass of the generator gives.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The concept tensor `[batch, dimension, height, width]`.
    pub concept: Tensor<4>,
    /// The picture `[batch, 3, height, width]` in (-1, 1).
    pub image: Tensor<4>,
}

impl Generator {
    /// A fresh generator for these labels.
    pub fn new(config: &NetworkConfig, labels: &[Label], device: &Device) -> Self {
        Self {
            tlam: Tlam::new(&config.tlam, labels, device),
            asap: Asap::new(&config.asap, config.tlam.dimension, device),
        }
    }

    /// Pictures for encoded labels `[batch, sum of label channels, height, width]`.
    pub fn forward(&self, labels: Tensor<4>) -> Generated {
        let concept = self.tlam.forward(labels);
        let image = self.asap.forward(concept.clone());
        Generated { concept, image }
    }
}
