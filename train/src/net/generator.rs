//! The generator: a merge from the labels to the concept tensor, hints beside it, and a backbone from there to the
//! picture.

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{BackboneNetwork, MergeNetwork, NetworkConfig, hints::Hints};

/// The network that is trained and exported.
#[derive(Clone, Debug)]
pub struct GeneratorNetwork {
    /// From the labels to the concept, for each pixel.
    pub merge: MergeNetwork,
    /// The labels whose colours are added to the picture.
    pub hints: Hints,
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
        let channels = config.concept_channels(labels);
        Self {
            merge: MergeNetwork::new(&config.merge, labels, device),
            hints: Hints::new(&config.hints, labels),
            backbone: BackboneNetwork::new(&config.backbone, channels, device),
        }
    }

    /// Pictures for encoded labels `[batch, sum of label channels, height, width]`.
    pub fn forward(&self, labels: Tensor<4>) -> Generated {
        let concept = self.concept_in_chunks(labels, usize::MAX);
        let image = self.render(concept.clone());
        Generated { concept, image }
    }

    /// The concept tensor for encoded labels, merged in chunks of `chunk` pixels, which needs less memory. Its last
    /// channels are the hint's.
    pub fn concept_in_chunks(&self, labels: Tensor<4>, chunk: usize) -> Tensor<4> {
        let merged = self.merge.forward_in_chunks(labels.clone(), chunk);
        match self.hints.colours(labels) {
            Some(hint) => Tensor::cat(vec![merged, hint], 1),
            None => merged,
        }
    }

    /// The part of a tensor like the concept that the merge computes.
    pub fn merged_part(&self, concept: Tensor<4>) -> Tensor<4> {
        let [_, channels, _, _] = concept.dims();
        concept.narrow(1, 0, channels - self.hints.channels())
    }

    /// The picture in (-1, 1) for a concept.
    pub fn render(&self, concept: Tensor<4>) -> Tensor<4> {
        let colours = self.backbone.forward(concept.clone());
        let colours = match self.hints.channels() {
            0 => colours,
            hint => {
                let [_, channels, _, _] = concept.dims();
                colours + concept.narrow(1, channels - hint, hint)
            }
        };
        colours.tanh()
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
            hints: self.hints,
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
            hints: self.hints,
            backbone: self.backbone.fork(device),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            merge: self.merge.to_device(device),
            hints: self.hints,
            backbone: self.backbone.to_device(device),
        }
    }

    fn train(self) -> Self {
        Self {
            merge: self.merge.train(),
            hints: self.hints,
            backbone: self.backbone.train(),
        }
    }

    fn valid(&self) -> Self {
        Self {
            merge: self.merge.valid(),
            hints: self.hints.clone(),
            backbone: self.backbone.valid(),
        }
    }

    fn materialize(self) -> Self {
        Self {
            merge: self.merge.materialize(),
            hints: self.hints,
            backbone: self.backbone.materialize(),
        }
    }
}
