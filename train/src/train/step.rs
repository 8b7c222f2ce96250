//! One step of the game: the generator moves, then the discriminator.

use burn::{
    module::{Module, ParamGroup},
    optim::{
        AdamConfig, GradientsAccumulator, GradientsParams, ModuleOptimizer,
        lr_scheduler::module_lr_scheduler::{ModuleLearningRate, ModuleLrScheduler},
    },
    tensor::{Device, Tensor},
};

use super::{
    Config, DiscriminatorLoss, GeneratorLoss, adversarial, average, feature_matching, hinge,
    loss::distance, perceptual,
};
use crate::{
    data::Batch,
    net::{Condition, Generator, discriminator::Discriminator, merge::pixels, vgg::Vgg},
};

/// Both networks with everything that changes from step to step.
pub struct Players {
    /// The generator as it is trained.
    pub generator: Generator,
    /// Moving average of the generator's weights, without gradients.
    pub average: Generator,
    /// The discriminator.
    pub discriminator: Discriminator,
    /// The generator's Adam.
    pub generator_adam: ModuleOptimizer,
    /// The discriminator's Adam.
    pub discriminator_adam: ModuleOptimizer,
}

impl Players {
    /// Fresh players on a device that records gradients.
    pub fn new(config: &Config, device: &Device) -> Self {
        device.seed(config.training.seed);
        let generator = Generator::new(&config.network, &config.labels, device);
        let input = config.network.condition_channels(&config.labels) + 3;
        let [beta_1, beta_2] = config.training.betas;
        let adam = AdamConfig::new()
            .with_beta_1(beta_1)
            .with_beta_2(beta_2)
            .with_epsilon(1e-8);
        Self {
            average: generator.valid(),
            generator,
            discriminator: Discriminator::new(&config.network.discriminator, input, device),
            generator_adam: adam.init(),
            discriminator_adam: adam.init(),
        }
    }

    /// One step of each player on the same batch, at a share of the full learning rates.
    pub fn step(
        &mut self,
        batch: Batch,
        config: &Config,
        vgg: Option<&Vgg>,
        rate: f64,
    ) -> (GeneratorLoss, DiscriminatorLoss) {
        let training = &config.training;
        let generator = self.move_generator(&batch, config, vgg, training.generator_rate * rate);
        let discriminator =
            self.move_discriminator(batch, config, training.discriminator_rate * rate);
        self.update_average(config);
        (generator, discriminator)
    }

    /// One step of the generator alone, towards the pictures' pixels.
    pub fn warm_up_step(&mut self, batch: &Batch, config: &Config, rate: f64) -> GeneratorLoss {
        let concept = self.concept(batch, config).require_grad();
        let image = self.generator.backbone.forward(concept.clone());
        let pixel = distance(&image, &batch.pictures);
        let loss = GeneratorLoss {
            pixel: number(pixel.clone()),
            ..GeneratorLoss::default()
        };
        let total = pixel * config.training.loss.pixel;
        self.update_generator(
            batch,
            config,
            &total,
            concept,
            config.training.generator_rate * rate,
        );
        self.update_average(config);
        loss
    }

    fn move_generator(
        &mut self,
        batch: &Batch,
        config: &Config,
        vgg: Option<&Vgg>,
        rate: f64,
    ) -> GeneratorLoss {
        self.iterate_spectra();
        let weights = config.training.loss;
        let judge = self.discriminator.clone().no_grad();
        // The merge keeps no activations here: its backward pass computes them again, chunk by chunk.
        let concept = self.concept(batch, config).require_grad();
        let image = self.generator.backbone.forward(concept.clone());
        let seen = match config.network.discriminator.condition {
            Condition::Concept => concept.clone(),
            Condition::Labels => batch.labels.clone(),
        };
        // Instance norms see one picture at a time, so judging fakes and reals apart is the same as
        // judging them in one batch, and the reals need no gradient.
        let real = judge.forward(seen.clone().detach(), batch.pictures.clone());
        let fake = judge.forward(seen, image.clone());

        let adversarial = adversarial(&fake);
        let matching = feature_matching(&fake, &real);
        let mut total = adversarial.clone() + matching.clone() * weights.feature_matching;
        let mut loss = GeneratorLoss {
            adversarial: number(adversarial),
            feature_matching: number(matching),
            ..GeneratorLoss::default()
        };
        if weights.pixel > 0.0 {
            let pixel = distance(&image, &batch.pictures);
            loss.pixel = number(pixel.clone());
            total = total + pixel * weights.pixel;
        }
        if let Some(vgg) = vgg.filter(|_| weights.perceptual > 0.0) {
            let real = vgg.forward(batch.pictures.clone());
            let distance = perceptual(&vgg.forward(image), &real);
            loss.perceptual = number(distance.clone());
            total = total + distance * weights.perceptual;
        }
        self.update_generator(batch, config, &total, concept, rate);
        loss
    }

    /// Adam's step on the gradients of a loss that was computed from `concept`, a leaf.
    fn update_generator(
        &mut self,
        batch: &Batch,
        config: &Config,
        loss: &Tensor<1>,
        concept: Tensor<4>,
        rate: f64,
    ) {
        let mut gradients = loss.backward();
        let merged = concept.grad_remove(&mut gradients);
        let mut accumulator = GradientsAccumulator::new();
        accumulator.accumulate(
            &self.generator,
            GradientsParams::from_grads(gradients, &self.generator),
        );
        // Without weights there is nothing to find a gradient of, and nothing that has one.
        if let Some(merged) = merged
            && self.generator.merge.num_params() > 0
        {
            self.backward_merge(batch, merged, config, &mut accumulator);
        }
        let rates = generator_rates(rate, config.training.low_resolution_share);
        self.generator =
            self.generator_adam
                .step(rates, self.generator.clone(), accumulator.grads());
    }

    fn update_average(&mut self, config: &Config) {
        let decay = config.training.average_decay;
        // Averaged vectors belong to no weight; a step towards those of the averaged weight keeps up.
        self.average = average(self.average.clone(), &self.generator, decay).power_iteration();
    }

    /// The concept tensor, as a constant.
    fn concept(&self, batch: &Batch, config: &Config) -> Tensor<4> {
        let labels = batch.labels.clone().without_autodiff();
        let merge = self.generator.merge.valid();
        Tensor::from_inner(merge.forward_in_chunks(labels, config.training.merge_chunk))
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
        accumulator: &mut GradientsAccumulator<Generator>,
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
            let gradients = GradientsParams::from_grads(product.backward(), &self.generator);
            accumulator.accumulate(&self.generator, gradients);
        }
    }

    fn move_discriminator(
        &mut self,
        batch: Batch,
        config: &Config,
        rate: f64,
    ) -> DiscriminatorLoss {
        self.iterate_spectra();
        let concept = self.concept(&batch, config);
        let backbone = self.generator.backbone.valid();
        let image = backbone.forward(concept.clone().inner());
        let seen = match config.network.discriminator.condition {
            Condition::Concept => concept,
            Condition::Labels => batch.labels,
        };
        let fake = self
            .discriminator
            .forward(seen.clone(), Tensor::from_inner(image));
        let real = self.discriminator.forward(seen, batch.pictures);
        let (on_real, on_fake) = hinge(&real, &fake);
        let loss = DiscriminatorLoss {
            real: number(on_real.clone()),
            fake: number(on_fake.clone()),
        };
        let gradients =
            GradientsParams::from_grads((on_real + on_fake).backward(), &self.discriminator);
        self.discriminator =
            self.discriminator_adam
                .step(rate, self.discriminator.clone(), gradients);
        loss
    }

    fn iterate_spectra(&mut self) {
        self.generator = self.generator.clone().power_iteration();
        self.discriminator = self.discriminator.clone().power_iteration();
    }
}

/// The rate of every parameter of the generator.
fn generator_rates(rate: f64, low_resolution_share: f64) -> ModuleLearningRate {
    let stream = ParamGroup::from_predicate("low_resolution")
        .exclude(ParamGroup::from_predicate("head.bias"));
    ModuleLrScheduler::new(rate)
        .with_group(stream, rate * low_resolution_share)
        .step()
}

fn number(loss: Tensor<1>) -> f32 {
    loss.into_scalar()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use burn::module::{ModuleVisitor, Param, ParamId};
    use multicond::{label::Label, model::Size};

    use super::*;
    use crate::{
        net::{BackboneKind, Merge, MergeKind, Preset},
        train::{Recipe, TrainingConfig},
    };

    const SIDE: usize = 64;

    fn config(merge: MergeKind, merge_chunk: usize) -> Config {
        let size = Size {
            width: SIDE,
            height: SIDE,
        };
        let mut recipe = Recipe::preset(Preset::Small, "test", Some(size));
        recipe.merge = Some(merge);
        recipe.training = TrainingConfig {
            merge_chunk,
            ..TrainingConfig::default()
        };
        let labels = [Label::semantics(["a", "b"]), Label::depth()];
        recipe.complete(&labels).expect("a valid recipe")
    }

    fn batch(device: &Device) -> Batch {
        let random = |channels| {
            let normal = burn::tensor::Distribution::Normal(0.0, 0.5);
            Tensor::random([2, channels, SIDE, SIDE], normal, device)
        };
        Batch {
            labels: random(5),
            pictures: random(3),
        }
    }

    /// A weight of the merge, where it has any.
    fn projection(generator: &Generator, label: usize) -> Option<&Param<Tensor<2>>> {
        match &generator.merge {
            Merge::Tlam(tlam) => Some(&tlam.projections[label].weight),
            Merge::Clam(clam) => Some(&clam.branches[label].projection.weight),
            Merge::Naive(_) | Merge::Semantics(_) => None,
        }
    }

    /// Against autodiff without any cutting, for one given gradient at the concept tensor: what lies behind it
    /// has ReLUs, whose kinks would turn rounding into gradient.
    #[test]
    fn chunks_give_the_gradient_of_the_whole() {
        for kind in [MergeKind::Tlam, MergeKind::Clam] {
            chunks_agree(&config(kind, 700));
        }
    }

    fn chunks_agree(config: &Config) {
        let device = Device::flex().autodiff();
        let players = Players::new(config, &device);
        let batch = batch(&device);
        let weight = |gradients: &GradientsParams| -> Tensor<2> {
            let weight = projection(&players.generator, 0).expect("the merge has weights");
            gradients.get(weight.id).expect("the merge has gradients")
        };

        let concept = players.generator.merge.forward(batch.labels.clone());
        let normal = burn::tensor::Distribution::Normal(0.0, 1.0);
        let at_concept = Tensor::random(concept.dims(), normal, &device);
        let product = (concept * at_concept.clone()).sum();
        let direct = GradientsParams::from_grads(product.backward(), &players.generator);

        let mut accumulator = GradientsAccumulator::new();
        players.backward_merge(&batch, at_concept.inner(), config, &mut accumulator);
        let chunked = accumulator.grads();

        let (direct, chunked) = (weight(&direct), weight(&chunked));
        let largest: f32 = direct.clone().abs().max().into_scalar();
        let error: f32 = (direct - chunked).abs().max().into_scalar();
        assert!(
            largest > 0.0 && error < 1e-4 * largest,
            "{error} of {largest}"
        );
    }

    /// All numbers that a step may move, by parameter.
    #[derive(Default)]
    struct Trained(HashMap<ParamId, Vec<f32>>);

    impl Trained {
        fn of(module: &impl Module) -> HashMap<ParamId, Vec<f32>> {
            let mut trained = Self::default();
            module.visit(&mut trained);
            trained.0
        }
    }

    impl ModuleVisitor for Trained {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                let values = param.val().into_data().iter::<f32>().collect();
                self.0.insert(param.id, values);
            }
        }
    }

    #[test]
    fn a_step_moves_every_parameter() {
        for kind in MergeKind::ALL {
            step_moves_all(&config(kind, 4096));
        }
        for kind in BackboneKind::ALL {
            let mut config = config(MergeKind::Naive, 4096);
            config.network.backbone = Preset::Small.backbone(kind, SIDE);
            step_moves_all(&config);
        }
    }

    fn step_moves_all(config: &Config) {
        let device = Device::flex().autodiff();
        let mut players = Players::new(config, &device);
        let all = |players: &Players| {
            let mut all = Trained::of(&players.generator);
            all.extend(Trained::of(&players.discriminator));
            all
        };
        let (before, average) = (all(&players), weights(&players.average));
        let (generator, discriminator) = players.step(batch(&device), config, None, 1.0);
        assert!(generator.feature_matching > 0.0 && generator.perceptual == 0.0);
        assert!(discriminator.real > 0.0);
        let after = all(&players);
        assert!(!before.is_empty() && before.len() == after.len());
        // Within the hinge's margins what reals and fakes do to the last bias cancels.
        for (id, before) in before.iter().filter(|(_, values)| values.len() > 1) {
            assert!(*before != after[id], "{}", config.network.system());
        }
        assert!(average != weights(&players.average));
    }

    fn weights(module: &impl Module) -> Vec<f32> {
        #[derive(Default)]
        struct All(Vec<f32>);
        impl ModuleVisitor for All {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                self.0.extend(param.val().into_data().iter::<f32>());
            }
        }
        let mut all = All::default();
        module.visit(&mut all);
        all.0
    }
}
