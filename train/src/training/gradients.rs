//! The gradients of each network on one batch of pictures, on one device.

use burn::{
    module::Module,
    optim::{GradientsAccumulator, GradientsParams},
    tensor::{Device, Tensor},
};

use super::{
    Config, DiscriminatorLoss, GeneratorLoss,
    loss::{GeneratorPass, Judged, generator_loss},
    share::Work,
};
use crate::{
    data::Batch,
    net::{Condition, GeneratorNetwork, discriminator::Discriminator, merge::pixels},
};

/// What the generator learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The terms that need no other network: the pixels.
    WarmUp,
    /// All terms of the loss.
    Adversarial,
}

/// Both networks as they stand before an update of one of them, on one device.
#[derive(Clone)]
pub(super) struct Networks {
    pub(super) generator: GeneratorNetwork,
    pub(super) discriminator: Discriminator,
}

impl Networks {
    /// The same networks on another device.
    pub(super) fn fork(self, device: &Device) -> Self {
        Self {
            generator: self.generator.fork(device),
            discriminator: self.discriminator.fork(device),
        }
    }

    /// The generator's part of the step.
    pub(super) fn generator_gradients(
        &self,
        work: &Work<'_>,
        config: &Config,
        stage: Stage,
    ) -> (GradientsParams, GeneratorLoss) {
        // The merge keeps no activations here: its backward pass computes them again, chunk by chunk.
        let concept = self.concept(work.batch, config).require_grad();
        let (total, loss) = self.generator_loss(work, config, stage, &concept);
        let gradients = self.backward(work.batch, config, &(total * work.weight), concept);
        (gradients, loss)
    }

    /// Both networks' losses in adversarial training, without gradients.
    pub(super) fn losses(
        &self,
        work: &Work<'_>,
        config: &Config,
    ) -> (GeneratorLoss, DiscriminatorLoss) {
        let concept = self.concept(work.batch, config);
        let (_, generator) = self.generator_loss(work, config, Stage::Adversarial, &concept);
        let (_, discriminator) = self.discriminator_loss(work, config);
        (generator, discriminator)
    }

    fn generator_loss(
        &self,
        work: &Work<'_>,
        config: &Config,
        stage: Stage,
        concept: &Tensor<4>,
    ) -> (Tensor<1>, GeneratorLoss) {
        let image = self.generator.backbone.forward(concept.clone());
        let (judged, vgg) = match stage {
            Stage::WarmUp => (None, None),
            Stage::Adversarial => (Some(self.judged(work, config, concept, &image)), work.vgg),
        };
        let pass = GeneratorPass {
            image,
            pictures: &work.batch.pictures,
            judged,
            vgg,
        };
        generator_loss(&pass, &config.training.loss)
    }

    /// What the discriminator makes of the real pictures and of generated ones, for the generator's loss.
    fn judged(
        &self,
        work: &Work<'_>,
        config: &Config,
        concept: &Tensor<4>,
        image: &Tensor<4>,
    ) -> Judged {
        let batch = work.batch;
        let judge = self.discriminator.clone().no_grad();
        let seen = match config.network.discriminator.condition {
            Condition::Concept => concept.clone(),
            Condition::Labels => batch.labels.clone(),
        };
        // Instance norms see one picture at a time, so judging fakes and reals apart is the same as
        // judging them in one batch, and the reals need no gradient.
        Judged {
            real: judge.forward(seen.clone().detach(), batch.pictures.clone()),
            fake: judge.forward(seen, image.clone()),
        }
    }

    /// Gradients of the generator for a loss that was computed from `concept`, a leaf.
    fn backward(
        &self,
        batch: &Batch,
        config: &Config,
        loss: &Tensor<1>,
        concept: Tensor<4>,
    ) -> GradientsParams {
        let mut gradients = loss.backward();
        let merged = concept.grad_remove(&mut gradients);
        let mut accumulator = GradientsAccumulator::new();
        let precision = config.training.precision;
        accumulator.accumulate(
            &self.generator,
            precision.gradients(gradients, &self.generator),
        );
        // Without weights there is nothing to find a gradient of, and nothing that has one.
        if let Some(merged) = merged
            && self.generator.merge.num_params() > 0
        {
            self.backward_merge(batch, merged, config, &mut accumulator);
        }
        accumulator.grads()
    }

    /// Gradients of the merge's parameters, given the loss's gradient at the concept tensor.
    ///
    /// Pixels do not see each other in the merge, so cutting them apart changes nothing but the order
    /// of sums.
    fn backward_merge(
        &self,
        batch: &Batch,
        concept_gradient: Tensor<4>,
        config: &Config,
        accumulator: &mut GradientsAccumulator<GeneratorNetwork>,
    ) {
        let labels = pixels(batch.labels.clone());
        let gradient = pixels(Tensor::from_inner(concept_gradient));
        let chunk = config.training.merge_chunk.min(labels.dims()[0]);
        for (labels, gradient) in labels
            .split(chunk, 0)
            .into_iter()
            .zip(gradient.split(chunk, 0))
        {
            let product = (self.generator.merge.merge(labels) * gradient).sum();
            let precision = config.training.precision;
            accumulator.accumulate(
                &self.generator,
                precision.gradients(product.backward(), &self.generator),
            );
        }
    }

    /// The discriminator's part of the step.
    pub(super) fn discriminator_gradients(
        &self,
        work: &Work<'_>,
        config: &Config,
    ) -> (GradientsParams, DiscriminatorLoss) {
        let (total, loss) = self.discriminator_loss(work, config);
        let gradients = (total * work.weight).backward();
        let precision = config.training.precision;
        (precision.gradients(gradients, &self.discriminator), loss)
    }

    fn discriminator_loss(
        &self,
        work: &Work<'_>,
        config: &Config,
    ) -> (Tensor<1>, DiscriminatorLoss) {
        let batch = work.batch;
        let concept = self.concept(batch, config);
        let backbone = self.generator.backbone.valid();
        let image = backbone.forward(concept.clone().inner());
        let seen = match config.network.discriminator.condition {
            Condition::Concept => concept,
            Condition::Labels => batch.labels.clone(),
        };
        let judged = Judged {
            fake: self
                .discriminator
                .forward(seen.clone(), Tensor::from_inner(image)),
            real: self.discriminator.forward(seen, batch.pictures.clone()),
        };
        DiscriminatorLoss::of(&judged)
    }

    /// The concept tensor, as a constant.
    fn concept(&self, batch: &Batch, config: &Config) -> Tensor<4> {
        let labels = batch.labels.clone().without_autodiff();
        let merge = self.generator.merge.valid();
        Tensor::from_inner(merge.forward_in_chunks(labels, config.training.merge_chunk))
    }
}

#[cfg(test)]
mod tests {
    use burn::module::{ModuleVisitor, Param, ParamId};

    use super::*;
    use crate::{
        net::MergeKind,
        training::{
            GanState,
            fixtures::{batch, config},
        },
    };

    /// The first weight of the merge, if it has any.
    fn first_weight(generator: &GeneratorNetwork) -> Option<ParamId> {
        struct First(Option<ParamId>);
        impl ModuleVisitor for First {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if D == 2 {
                    self.0.get_or_insert(param.id);
                }
            }
        }
        let mut first = First(None);
        generator.merge.visit(&mut first);
        first.0
    }

    /// Against autodiff without any cutting, for one given gradient at the concept tensor: what lies behind it
    /// has ReLUs, whose kinks would turn rounding into gradient.
    #[test]
    fn chunks_give_the_gradient_of_the_whole() {
        let with_weights: Vec<MergeKind> = MergeKind::ALL
            .into_iter()
            .filter(|kind| chunks_agree(&config(*kind, 700)))
            .collect();
        assert_eq!(with_weights, [MergeKind::Tlam, MergeKind::Clam]);
    }

    /// Whether the merge has weights; their gradients have been compared.
    fn chunks_agree(config: &Config) -> bool {
        let device = Device::flex().autodiff();
        let networks = GanState::new(config, &device).networks(config);
        let Some(first) = first_weight(&networks.generator) else {
            return false;
        };
        let batch = batch(2, &device);
        let weight = |gradients: &GradientsParams| -> Tensor<2> {
            gradients.get(first).expect("the merge has gradients")
        };

        let concept = networks.generator.merge.forward(batch.labels.clone());
        let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
        let at_concept = Tensor::random(concept.dims(), normal, &device);
        let product = (concept * at_concept.clone()).sum();
        let direct = GradientsParams::from_grads(product.backward(), &networks.generator);

        let mut accumulator = GradientsAccumulator::new();
        networks.backward_merge(&batch, at_concept.inner(), config, &mut accumulator);
        let chunked = accumulator.grads();

        let (direct, chunked) = (weight(&direct), weight(&chunked));
        let largest: f32 = direct.clone().abs().max().into_scalar();
        let error: f32 = (direct - chunked).abs().max().into_scalar();
        assert!(
            largest > 0.0 && error < 1e-4 * largest,
            "{error} of {largest}"
        );
        true
    }
}
