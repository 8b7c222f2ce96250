//! The generator: labels, concept, picture.

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor},
    tensor::{Device, Tensor},
};
use multicond::label::Label;

use super::{Merge, MergeKind, NetworkConfig, asap::Asap};

/// The network that is trained and exported.
#[derive(Clone, Debug)]
pub struct Generator {
    /// Labels to concept, pixel by pixel.
    pub merge: Merge,
    /// Concept to picture.
    pub asap: Asap,
}

/// What one pass of the generator gives.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The concept tensor `[batch, concept channels, height, width]`.
    pub concept: Tensor<4>,
    /// The picture `[batch, 3, height, width]` in (-1, 1).
    pub image: Tensor<4>,
}

impl Generator {
    /// A fresh generator for these labels.
    ///
    /// # Panics
    /// When [`NetworkConfig::validate`] refuses the labels.
    pub fn new(config: &NetworkConfig, labels: &[Label], device: &Device) -> Self {
        let channels = config.merge.concept_channels(labels);
        Self {
            merge: Merge::new(&config.merge, labels, device),
            asap: Asap::new(&config.asap, channels, device),
        }
    }

    /// Pictures for encoded labels `[batch, sum of label channels, height, width]`.
    pub fn forward(&self, labels: Tensor<4>) -> Generated {
        let concept = self.merge.forward(labels);
        let image = self.asap.forward(concept.clone());
        Generated { concept, image }
    }
}

/// Not derived because of the parameters' names, which checkpoints have and readers in other languages
/// know: `tlam.projections.0.weight` is what `burn` would call `merge.Tlam.projections.0.weight`.
impl Module for Generator {
    fn visit<Visitor: ModuleVisitor>(&self, visitor: &mut Visitor) {
        match &self.merge {
            Merge::Tlam(tlam) => visit(MergeKind::Tlam.name(), tlam, visitor),
            Merge::Clam(clam) => visit(MergeKind::Clam.name(), clam, visitor),
            Merge::Naive(_) | Merge::Semantics(_) => {}
        }
        visit(ASAP, &self.asap, visitor);
    }

    fn map<Mapper: ModuleMapper>(self, mapper: &mut Mapper) -> Self {
        let merge = match self.merge {
            Merge::Tlam(tlam) => Merge::Tlam(map(MergeKind::Tlam.name(), tlam, mapper)),
            Merge::Clam(clam) => Merge::Clam(map(MergeKind::Clam.name(), clam, mapper)),
            merge @ (Merge::Naive(_) | Merge::Semantics(_)) => merge,
        };
        Self {
            merge,
            asap: map(ASAP, self.asap, mapper),
        }
    }

    fn collect_devices(&self, devices: Devices) -> Devices {
        self.asap
            .collect_devices(self.merge.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        Self {
            merge: self.merge.fork(device),
            asap: self.asap.fork(device),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            merge: self.merge.to_device(device),
            asap: self.asap.to_device(device),
        }
    }

    fn train(self) -> Self {
        Self {
            merge: self.merge.train(),
            asap: self.asap.train(),
        }
    }

    fn valid(&self) -> Self {
        Self {
            merge: self.merge.valid(),
            asap: self.asap.valid(),
        }
    }

    fn materialize(self) -> Self {
        Self {
            merge: self.merge.materialize(),
            asap: self.asap.materialize(),
        }
    }
}

const ASAP: &str = "asap";
/// How `burn` names what holds the parts, which some of its visitors ask for.
const CONTAINER: &str = "Struct:Generator";

fn visit<M: Module>(name: &str, part: &M, visitor: &mut impl ModuleVisitor) {
    visitor.enter_module(name, CONTAINER);
    part.visit(visitor);
    visitor.exit_module(name, CONTAINER);
}

fn map<M: Module>(name: &str, part: M, mapper: &mut impl ModuleMapper) -> M {
    mapper.enter_module(name, CONTAINER);
    let part = part.map(mapper);
    mapper.exit_module(name, CONTAINER);
    part
}
