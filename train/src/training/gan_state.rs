//! The state of adversarial training. A step is a generator update followed by a discriminator update.

use burn::{
    module::{Module, ModuleVisitor, Param, ParamGroup},
    optim::{
        AdamConfig, ModuleOptimizer,
        lr_scheduler::module_lr_scheduler::{ModuleLearningRate, ModuleLrScheduler},
    },
    tensor::{Device, Tensor},
};

use super::{
    Clock, Config, DiscriminatorLoss, GeneratorLoss, Share, average, clock::Part,
    gradients::Networks, mean_gradients::mean_gradients,
};
use crate::net::{GeneratorNetwork, discriminator::Discriminator};

/// Both networks and everything else that changes from step to step.
#[derive(Clone)]
pub struct GanState {
    /// The generator.
    pub generator: GeneratorNetwork,
    /// Moving average of the generator's weights, without autodiff.
    pub average: GeneratorNetwork,
    /// The discriminator.
    pub discriminator: Discriminator,
    /// Adam optimiser of the generator.
    pub generator_adam: ModuleOptimizer,
    /// Adam optimiser of the discriminator.
    pub discriminator_adam: ModuleOptimizer,
}

impl GanState {
    /// Newly initialised networks on an autodiff device.
    pub fn new(config: &Config, device: &Device) -> Self {
        device.seed(config.training.seed);
        let generator = initialised(GeneratorNetwork::new(
            &config.network,
            &config.labels,
            device,
        ));
        let input = config.network.condition_channels(&config.labels) + 3;
        let discriminator = Discriminator::new(&config.network.discriminator, input, device);
        let [beta_1, beta_2] = config.training.betas;
        let adam = AdamConfig::new()
            .with_beta_1(beta_1)
            .with_beta_2(beta_2)
            .with_epsilon(1e-8);
        Self {
            average: generator.valid(),
            generator,
            discriminator: initialised(discriminator),
            generator_adam: adam.init(),
            discriminator_adam: adam.init(),
        }
    }

    /// One update of the generator, then one of the discriminator on the same pictures if the losses need it. `rate` is
    /// a factor on both learning rates. Both networks stay on the device of the first share.
    pub fn step(
        &mut self,
        shares: &[Share],
        config: &Config,
        rate: f64,
        clock: &mut Clock,
    ) -> (GeneratorLoss, DiscriminatorLoss) {
        let generator = self.update_generator(shares, config, rate, clock);
        let discriminator = match config.training.loss.needs_discriminator() {
            true => self.update_discriminator(shares, config, rate, clock),
            false => DiscriminatorLoss::default(),
        };
        self.update_average(config);
        clock.lap(Part::Optimiser);
        (generator, discriminator)
    }

    /// The losses on these pictures, without an update.
    pub fn losses(&self, shares: &[Share], config: &Config) -> (GeneratorLoss, DiscriminatorLoss) {
        let mut next = self.clone();
        next.iterate_spectra();
        let networks = next.networks(config);
        let losses = shares.iter().flat_map(|share| {
            let networks = networks.clone().fork(&share.device());
            let losses = share.parts(1.0).map(|work| networks.losses(&work, config));
            losses.collect::<Vec<_>>()
        });
        let (generator, discriminator): (Vec<_>, Vec<_>) = losses.unzip();
        (
            GeneratorLoss::mean(&generator),
            DiscriminatorLoss::mean(&discriminator),
        )
    }

    fn update_generator(
        &mut self,
        shares: &[Share],
        config: &Config,
        rate: f64,
        clock: &mut Clock,
    ) -> GeneratorLoss {
        self.iterate_spectra();
        let networks = self.networks(config);
        clock.lap(Part::Optimiser);
        let (gradients, losses) = mean_gradients(
            shares,
            &networks,
            &self.generator,
            clock,
            |networks, work, clock| networks.generator_gradients(work, config, clock),
        );
        let training = &config.training;
        let rates = generator_rates(
            training.generator_rate * rate,
            training.low_resolution_share,
        );
        self.generator = self
            .generator_adam
            .step(rates, self.generator.clone(), gradients);
        clock.lap(Part::Optimiser);
        GeneratorLoss::mean(&losses)
    }

    fn update_discriminator(
        &mut self,
        shares: &[Share],
        config: &Config,
        rate: f64,
        clock: &mut Clock,
    ) -> DiscriminatorLoss {
        self.iterate_spectra();
        let networks = self.networks(config);
        clock.lap(Part::Optimiser);
        let (gradients, losses) = mean_gradients(
            shares,
            &networks,
            &self.discriminator,
            clock,
            |networks, work, clock| networks.discriminator_gradients(work, config, clock),
        );
        self.discriminator = self.discriminator_adam.step(
            config.training.discriminator_rate * rate,
            self.discriminator.clone(),
            gradients,
        );
        clock.lap(Part::Optimiser);
        DiscriminatorLoss::mean(&losses)
    }

    pub(super) fn networks(&self, config: &Config) -> Networks {
        let precision = config.training.precision;
        Networks {
            generator: precision.of(self.generator.clone()),
            discriminator: precision.of(self.discriminator.clone()),
        }
    }

    fn update_average(&mut self, config: &Config) {
        let decay = config.training.average_decay;
        // Averages of singular vectors are not singular vectors; one power iteration on the averaged weight corrects
        // them.
        self.average = average(self.average.clone(), &self.generator, decay).power_iteration();
    }

    fn iterate_spectra(&mut self) {
        self.generator = self.generator.clone().power_iteration();
        self.discriminator = self.discriminator.clone().power_iteration();
    }
}

/// Initialises all lazy parameters of a module. Clones of an uninitialised parameter share its settings: `no_grad` on
/// the clone that computes the generator's loss would keep the discriminator from being trained.
fn initialised<M: Module>(module: M) -> M {
    struct Initialise;
    impl ModuleVisitor for Initialise {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            param.val();
        }
    }
    module.visit(&mut Initialise);
    module
}

/// The learning rates of the generator's parameters.
fn generator_rates(rate: f64, low_resolution_share: f64) -> ModuleLearningRate {
    let stream = ParamGroup::from_predicate("low_resolution")
        .exclude(ParamGroup::from_predicate("head.bias"));
    ModuleLrScheduler::new(rate)
        .with_group(stream, rate * low_resolution_share)
        .step()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Batch,
        net::{BackboneKind, MergeKind, MergeNetwork, Preset},
        training::fixtures::{SIDE, batch, config, parameters},
    };

    fn share(batches: Vec<Batch>) -> Share<'static> {
        Share { batches, vgg: None }
    }

    /// Reading parameters initialises them, so this test makes a step before it reads them.
    #[test]
    fn a_first_step_leaves_every_parameter_trained() {
        let config = config(MergeKind::Tlam, 4096);
        let device = Device::flex().autodiff();
        let trained = |state: &GanState| {
            let all = parameters(&state.discriminator).into_values();
            all.filter(|(_, is_trained)| *is_trained).count()
        };
        let expected = trained(&GanState::new(&config, &device));
        let mut state = GanState::new(&config, &device);
        state.step(
            &[share(vec![batch(1, &device)])],
            &config,
            1.0,
            &mut Clock::off(),
        );
        assert_eq!(trained(&state), expected);
        assert!(expected > 0);
    }

    #[test]
    fn a_step_updates_every_parameter() {
        for kind in MergeKind::ALL {
            step_updates_all(&config(kind, 4096));
        }
        for kind in BackboneKind::ALL {
            let mut config = config(MergeKind::Naive, 4096);
            config.network.backbone = Preset::Small.backbone(kind, SIDE);
            step_updates_all(&config);
        }
    }

    fn step_updates_all(config: &Config) {
        let device = Device::flex().autodiff();
        let mut state = GanState::new(config, &device);
        let all = |state: &GanState| {
            let mut all = parameters(&state.generator);
            all.extend(parameters(&state.discriminator));
            all
        };
        let (before, average) = (all(&state), parameters(&state.average));
        let shares = [share(vec![batch(2, &device)])];
        let (generator, discriminator) = state.step(&shares, config, 1.0, &mut Clock::off());
        assert!(generator.feature_matching > 0.0 && generator.perceptual == 0.0);
        assert!(discriminator.real > 0.0);
        let after = all(&state);
        assert!(!before.is_empty() && before.len() == after.len());
        // Within the margins of the hinge loss, the gradients of real and fake pictures for the last bias cancel out.
        for (id, before) in before.iter().filter(|(_, (values, _))| values.len() > 1) {
            assert!(before.0 != after[id].0, "{}", config.network.system());
            assert_eq!(before.1, after[id].1, "trained before and after");
        }
        assert!(average != parameters(&state.average));
    }

    /// The gradients of an update do not depend on how the batch is split.
    #[test]
    fn parts_and_devices_change_nothing() {
        let mut config = config(MergeKind::Tlam, 4096);
        config.network.backbone = Preset::Small.backbone(BackboneKind::Spade, SIDE);
        let device = Device::flex().autodiff();
        let state = GanState::new(&config, &device);
        let whole = batch(4, &device);
        let parts = |size: usize| -> Vec<Batch> {
            let labels = whole.labels.clone().split(size, 0);
            let pictures = whole.pictures.clone().split(size, 0);
            labels
                .into_iter()
                .zip(pictures)
                .map(|(labels, pictures)| Batch { labels, pictures })
                .collect()
        };
        let gradients = |shares: &[Share<'_>]| {
            let networks = state.networks(&config);
            let (gradients, losses) = mean_gradients(
                shares,
                &networks,
                &state.generator,
                &mut Clock::off(),
                |networks, work, clock| networks.generator_gradients(work, &config, clock),
            );
            let MergeNetwork::Tlam(tlam) = &state.generator.merge else {
                panic!("the configuration has TLAM")
            };
            let weight = gradients.get::<2>(tlam.projections[0].weight.id);
            let weight = weight.expect("has a gradient").into_data();
            let values: Vec<f32> = weight.iter::<f32>().collect();
            (values, GeneratorLoss::mean(&losses))
        };
        let (expected, loss) = gradients(&[share(parts(4))]);
        let largest = expected.iter().fold(0.0, |most: f32, g| most.max(g.abs()));
        assert!(largest > 0.0);
        let two_devices = [share(parts(1)[..2].to_vec()), share(parts(1)[2..].to_vec())];
        for shares in [&[share(parts(1))][..], &[share(parts(2))], &two_devices] {
            let (found, found_loss) = gradients(shares);
            for (a, b) in expected.iter().zip(&found) {
                assert!((a - b).abs() < 1e-2 * largest, "{a}, {b} of {largest}");
            }
            let near = |a: f32, b: f32| (a - b).abs() < 1e-5;
            assert!(near(loss.adversarial, found_loss.adversarial));
            assert!(near(loss.feature_matching, found_loss.feature_matching));
        }
    }
}
