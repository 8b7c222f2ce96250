//! The generator: a merge from the labels to the concept tensor, and a backbone from there to the picture.

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{BackboneNetwork, MergeNetwork, NetworkConfig};

/// The network that is trained and exported.
#[derive(Clone, Debug)]
pub struct GeneratorNetwork {
    /// From the labels to the concept, for each pixel.
    pub merge: MergeNetwork,
    /// From the concept to the picture.
    pub backbone: BackboneNetwork,
}

/// The outputs of a forward pass of the generator.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The concept tensor `[batch, concept channels, height, width]`.
    pub concept: Tensor<4>,
    /// The picture `[batch, 3, height, width]` in (-1, 1).
    pub image: Tensor<4>,
}

impl GeneratorNetwork {
    /// A newly initialised generator for these labels.
    ///
    /// # Panics
    /// When [`NetworkConfig::validate`] would reject the labels.
    pub fn new(config: &NetworkConfig, labels: &[Label], device: &Device) -> Self {
        let channels = config.merge.concept_channels(labels);
        Self {
            merge: MergeNetwork::new(&config.merge, labels, device),
            backbone: BackboneNetwork::new(&config.backbone, channels, device),
        }
    }

    /// Pictures for encoded labels `[batch, sum of label channels, height, width]`.
    pub fn forward(&self, labels: Tensor<4>) -> Generated {
        let concept = self.merge.forward(labels);
        let image = self.backbone.forward(concept.clone());
        Generated { concept, image }
    }

    /// One power iteration of the backbone's spectral norms, if it has any. Training calls it once before every forward
    /// pass.
    pub fn power_iteration(self) -> Self {
        Self {
            backbone: self.backbone.power_iteration(),
            ..self
        }
    }
}

/// Not derived, to choose the names of parameters in checkpoints, on which readers in other languages rely:
/// `tlam.projections.0.weight`, where `burn` would write `merge.Tlam.projections.0.weight`.
impl Module for GeneratorNetwork {
    fn visit<Visitor: ModuleVisitor>(&self, visitor: &mut Visitor) {
        self.merge.visit_named(visitor);
        self.backbone.visit_named(visitor);
    }

    fn map<Mapper: ModuleMapper>(self, mapper: &mut Mapper) -> Self {
        Self {
            merge: self.merge.map_named(mapper),
            backbone: self.backbone.map_named(mapper),
        }
    }

    fn collect_devices(&self, devices: Devices) -> Devices {
        self.backbone
            .collect_devices(self.merge.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        Self {
            merge: self.merge.fork(device),
            backbone: self.backbone.fork(device),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            merge: self.merge.to_device(device),
            backbone: self.backbone.to_device(device),
        }
    }

    fn train(self) -> Self {
        Self {
            merge: self.merge.train(),
            backbone: self.backbone.train(),
        }
    }

    fn valid(&self) -> Self {
        Self {
            merge: self.merge.valid(),
            backbone: self.backbone.valid(),
        }
    }

    fn materialize(self) -> Self {
        Self {
            merge: self.merge.materialize(),
            backbone: self.backbone.materialize(),
        }
    }
}
