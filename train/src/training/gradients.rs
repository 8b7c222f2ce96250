//! The gradients of each network for one micro-batch on one device.

use burn::{
    module::Module,
    optim::{GradientsAccumulator, GradientsParams},
    tensor::{Device, Tensor},
};

use super::{
    Clock, Config, DiscriminatorLoss, GeneratorLoss, Needs,
    clock::Part,
    loss::{GeneratorPass, Judged, generator_loss},
    share::Work,
};
use crate::{
    data::Batch,
    net::{Condition, GeneratorNetwork, discriminator::Discriminator, merge::pixels},
};

/// Both networks before an update, on one device.
#[derive(Clone)]
pub(super) struct Networks {
    pub(super) generator: GeneratorNetwork,
    pub(super) discriminator: Discriminator,
}

impl Networks {
    /// Copies the networks to another device.
    pub(super) fn fork(self, device: &Device) -> Self {
        Self {
            generator: self.generator.fork(device),
            discriminator: self.discriminator.fork(device),
        }
    }

    /// Gradients for the generator update.
    ///
    /// The graph is cut at the concept and at the picture. Each group of losses has a backward pass of its own to the
    /// picture, so that its activations are freed and its time is known before the next; the backbone's follows with
    /// the sum of their gradients, then the merge's.
    pub(super) fn generator_gradients(
        &self,
        work: &Work<'_>,
        config: &Config,
        clock: &mut Clock,
    ) -> (GradientsParams, GeneratorLoss) {
        // The merge stores no activations here: its backward pass recomputes them, chunk by chunk.
        let concept = self.concept(work.batch, config).require_grad();
        clock.lap(Part::Merge);
        let image = self.generator.render(concept.clone());
        clock.lap(Part::Backbone);
        let seen = concept.clone().detach().require_grad();
        let shown = image.clone().detach().require_grad();
        let (mut at_concept, mut at_image) = (None, None);
        let mut loss = GeneratorLoss::default();
        for needs in Needs::ALL {
            if let Some(total) = self.loss(needs, work, config, (&seen, &shown), &mut loss) {
                let mut gradients = (total * work.weight).backward();
                add(&mut at_image, shown.grad_remove(&mut gradients));
                add(&mut at_concept, seen.grad_remove(&mut gradients));
            }
            clock.lap(match needs {
                Needs::Nothing => Part::Pictures,
                Needs::Discriminator => Part::Discriminator,
                Needs::Vgg => Part::Perceptual,
            });
        }
        let at_image = at_image.expect("a valid configuration has a loss at every step");
        let mut gradients = (image * Tensor::from_inner(at_image)).sum().backward();
        add(&mut at_concept, concept.grad_remove(&mut gradients));
        let mut accumulator = GradientsAccumulator::new();
        let precision = config.training.precision;
        accumulator.accumulate(
            &self.generator,
            precision.gradients(gradients, &self.generator),
        );
        clock.lap(Part::Backbone);
        // A merge without weights has no gradients.
        if let Some(at_concept) = at_concept
            && self.generator.merge.num_params() > 0
        {
            self.backward_merge(work.batch, at_concept, config, &mut accumulator);
        }
        clock.lap(Part::Merge);
        (accumulator.grads(), loss)
    }

    /// The losses of both networks, without gradients.
    pub(super) fn losses(
        &self,
        work: &Work<'_>,
        config: &Config,
    ) -> (GeneratorLoss, DiscriminatorLoss) {
        let concept = self.concept(work.batch, config);
        let image = self.generator.render(concept.clone());
        let mut generator = GeneratorLoss::default();
        for needs in Needs::ALL {
            self.loss(needs, work, config, (&concept, &image), &mut generator);
        }
        let discriminator = match config.training.loss.needs_discriminator() {
            true => self.discriminator_loss(work, config, &mut Clock::off()).1,
            false => DiscriminatorLoss::default(),
        };
        (generator, discriminator)
    }

    /// The weighted sum of the generator's losses with these needs, for a concept and the picture made of it.
    fn loss(
        &self,
        needs: Needs,
        work: &Work<'_>,
        config: &Config,
        (concept, image): (&Tensor<4>, &Tensor<4>),
        loss: &mut GeneratorLoss,
    ) -> Option<Tensor<1>> {
        let training = &config.training;
        if !training.loss.have(needs) {
            return None;
        }
        let judged =
            (needs == Needs::Discriminator).then(|| self.judged(work, config, concept, image));
        let pass = GeneratorPass {
            image: image.clone(),
            pictures: &work.batch.pictures,
            judged,
            vgg: work.vgg,
            perceptual_pool: training.perceptual_pool,
        };
        generator_loss(&pass, needs, &training.loss, loss)
    }

    /// The discriminator's features of real and generated pictures, for the generator's loss.
    fn judged(
        &self,
        work: &Work<'_>,
        config: &Config,
        concept: &Tensor<4>,
        image: &Tensor<4>,
    ) -> Judged {
        let batch = work.batch;
        let discriminator = self.discriminator.clone().no_grad();
        let seen = match config.network.discriminator.condition {
            Condition::Concept => concept.clone(),
            Condition::Labels => batch.labels.clone(),
        };
        // Instance normalisation treats each picture separately, so two passes give the same result as one pass over
        // both in a batch, and the pass over the real pictures needs no gradient.
        Judged {
            real: discriminator.forward(seen.clone().detach(), batch.pictures.clone()),
            fake: discriminator.forward(seen, image.clone()),
        }
    }

    /// Gradients of the merge's parameters, given the gradient of the loss with respect to the concept tensor.
    ///
    /// The merge treats each pixel separately, so computing in chunks changes only the order of summation.
    fn backward_merge(
        &self,
        batch: &Batch,
        concept_gradient: Tensor<4>,
        config: &Config,
        accumulator: &mut GradientsAccumulator<GeneratorNetwork>,
    ) {
        let labels = pixels(batch.labels.clone());
        let gradient = self
            .generator
            .merged_part(Tensor::from_inner(concept_gradient));
        let gradient = pixels(gradient);
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

    /// Gradients for the discriminator update.
    pub(super) fn discriminator_gradients(
        &self,
        work: &Work<'_>,
        config: &Config,
        clock: &mut Clock,
    ) -> (GradientsParams, DiscriminatorLoss) {
        let (total, loss) = self.discriminator_loss(work, config, clock);
        let gradients = (total * work.weight).backward();
        let precision = config.training.precision;
        let gradients = precision.gradients(gradients, &self.discriminator);
        clock.lap(Part::Discriminator);
        (gradients, loss)
    }

    fn discriminator_loss(
        &self,
        work: &Work<'_>,
        config: &Config,
        clock: &mut Clock,
    ) -> (Tensor<1>, DiscriminatorLoss) {
        let batch = work.batch;
        let concept = self.concept(batch, config);
        clock.lap(Part::Merge);
        let image = self.generator.valid().render(concept.clone().inner());
        clock.lap(Part::Backbone);
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
        let generator = self.generator.valid();
        Tensor::from_inner(generator.concept_in_chunks(labels, config.training.merge_chunk))
    }
}

/// Adds a gradient to a sum.
fn add(sum: &mut Option<Tensor<4>>, gradient: Option<Tensor<4>>) {
    if let Some(gradient) = gradient {
        *sum = Some(match sum.take() {
            Some(sum) => sum + gradient,
            None => gradient,
        });
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

    /// Compares with autodiff without chunks, for a given gradient at the concept tensor. The later layers are left
    /// out: at the kinks of their ReLUs, rounding would change the gradient.
    #[test]
    fn chunks_give_the_gradient_of_the_whole() {
        let with_weights: Vec<MergeKind> = MergeKind::ALL
            .into_iter()
            .filter(|kind| chunks_agree(&config(*kind, 700)))
            .collect();
        assert_eq!(with_weights, [MergeKind::Tlam, MergeKind::Clam]);
    }

    /// Compares the gradients, and returns whether the merge has weights.
    fn chunks_agree(config: &Config) -> bool {
        let device = Device::flex().autodiff();
        let networks = GanState::new(config, &device).networks(config);
        let Some(first) = first_weight(&networks.generator) else {
            return false;
        };
        let batch = batch(2, &device);
        let weight = |gradients: &GradientsParams| -> Tensor<2> {
            gradients.get(first).expect("the merge has a gradient")
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
