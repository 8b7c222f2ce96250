//! Stages of a run: what of `[training]` changes from one to the next.

use anyhow::{Context, Result, ensure};
use multicond::Size;
use serde::{Deserialize, Serialize};

use super::{Config, LossChanges, Schedule};

/// A stage as a recipe has it. What it leaves out is as in `[training]`, and the size as in the run's `size`.
///
/// A stage changes settings only. Networks, the average of the weights and both optimisers' states go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageConfig {
    /// Picture size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Size at which frames are read before a random crop; by default, crops show the same share of a frame as
    /// those of `[training]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_size: Option<Size>,
    /// Pictures per step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
    /// Micro-batches of a device's share of a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accumulate: Option<usize>,
    /// Length, and course of the learning rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Adam's learning rate for the generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator_rate: Option<f64>,
    /// Factor on that rate for the low-resolution stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_resolution_share: Option<f64>,
    /// Adam's learning rate for the discriminator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator_rate: Option<f64>,
    /// Decay of the moving average of the generator's weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_decay: Option<f64>,
    /// Side of the squares of pixels that are averaged for the perceptual network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perceptual_pool: Option<usize>,
    /// Loss weights that differ from those of `[training.loss]`.
    #[serde(default, skip_serializing_if = "LossChanges::is_empty")]
    pub loss: LossChanges,
}

impl StageConfig {
    /// The configuration of the stage, as of a run that has only this stage.
    fn of(&self, run: &Config) -> Config {
        let mut config = run.clone();
        config.size = self.size.unwrap_or(run.size);
        let load_size = run.training.load_size;
        let load_size = load_size.map(|load| scaled(load, run.size, config.size));
        let training = &mut config.training;
        training.stages = Vec::new();
        training.load_size = self.load_size.or(load_size);
        fn set<T: Copy>(value: &mut T, changed: Option<T>) {
            *value = changed.unwrap_or(*value);
        }
        set(&mut training.batch_size, self.batch_size);
        set(&mut training.accumulate, self.accumulate);
        set(&mut training.schedule, self.schedule);
        set(&mut training.generator_rate, self.generator_rate);
        set(
            &mut training.low_resolution_share,
            self.low_resolution_share,
        );
        set(&mut training.discriminator_rate, self.discriminator_rate);
        set(&mut training.average_decay, self.average_decay);
        set(&mut training.perceptual_pool, self.perceptual_pool);
        training.loss = self.loss.apply_to(training.loss);
        config
    }
}

/// `load` is for crops of the size `from`; the size that shows the same in crops of the size `to`.
fn scaled(load: Size, from: Size, to: Size) -> Size {
    let scale = |load: usize, from: usize, to: usize| {
        load.saturating_mul(to).saturating_add(from / 2) / from.max(1)
    };
    Size {
        width: scale(load.width, from.width, to.width),
        height: scale(load.height, from.height, to.height),
    }
}

impl Config {
    /// The configuration of each stage of the run, at least one; none of them has stages itself.
    pub fn stages(&self) -> Vec<Config> {
        match &self.training.stages[..] {
            [] => vec![self.clone()],
            stages => stages.iter().map(|stage| stage.of(self)).collect(),
        }
    }

    /// Checks what the types do not express of the stages.
    pub(super) fn validate_stages(&self) -> Result<()> {
        ensure!(
            self.training.warm_up_steps == 0,
            "training.warm_up_steps is for runs without stages; a first stage whose loss has adversarial, \
             feature_matching and perceptual 0 does the same"
        );
        let stages = self.stages();
        for (number, stage) in (1..).zip(&stages) {
            stage
                .validate_single()
                .with_context(|| format!("stage {number} of training.stages"))?;
        }
        let last = stages.last().map_or(self.size, |stage| stage.size);
        ensure!(
            last == self.size,
            "stage {} of training.stages: the last stage has size {last}, but the run has {}; they must be equal",
            stages.len(),
            self.size
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use multicond::label::Label;

    use super::*;
    use crate::training::Recipe;

    fn complete(text: &str) -> Result<Config> {
        let start = "name = 'test'\npreset = 'small'\nsize = { width = 128, height = 64 }\n";
        Recipe::parse(&format!("{start}{text}"))?.complete(&[Label::depth()])
    }

    #[test]
    fn stages_take_from_training_what_they_leave_out() {
        let config = complete(
            "[training]
            batch_size = 4
            load_size = { width = 150, height = 100 }
            generator_rate = 1e-3
            [training.loss]
            pixel = 40
            [[training.stages]]
            size = { width = 64, height = 32 }
            batch_size = 16
            schedule = { decay_steps = 100, shape = 'cosine' }
            loss = { adversarial = 0, feature_matching = 0, perceptual = 0 }
            [[training.stages]]
            generator_rate = 1e-4
            average_decay = 0.99
            perceptual_pool = 2",
        )
        .expect("a recipe");
        let [first, second] = &config.stages()[..] else {
            panic!("two stages")
        };
        assert_eq!(first.size.to_string(), "64x32");
        let load_size = first.training.load_size.expect("scaled");
        assert_eq!(load_size.to_string(), "75x50");
        assert_eq!(first.training.batch_size, 16);
        assert_eq!(first.training.generator_rate, 1e-3);
        assert_eq!(first.training.loss.pixel, 40.0);
        assert!(!first.training.loss.needs_discriminator() && !first.training.loss.needs_vgg());
        assert_eq!(second.size, config.size);
        assert_eq!(second.training.load_size, config.training.load_size);
        assert_eq!(second.training.schedule, config.training.schedule);
        assert_eq!(second.training.batch_size, 4);
        assert_eq!(second.training.average_decay, 0.99);
        assert_eq!(second.training.perceptual_pool, 2);
        assert!(second.training.loss.needs_discriminator());
        let text = config.to_toml().expect("serialises");
        assert_eq!(Config::parse(&text).expect("parses"), config);
    }

    #[test]
    fn a_run_without_stages_is_one() {
        let config = complete("").expect("a recipe");
        assert_eq!(config.stages(), [config]);
    }

    #[test]
    fn errors_name_the_stage_and_the_field() {
        let stage = "[[training.stages]]\n";
        let of_stage_2 = "stage 2 of training.stages: ";
        for (text, expected) in [
            ("size = { width = 62, height = 32 }", "size 62x32"),
            (
                "size = { width = 64, height = 32 }",
                "the last stage has size 64x32",
            ),
            ("batch_size = 0", "training.batch_size"),
            ("accumulate = 3", "training.accumulate"),
            ("schedule = {}", "training.schedule"),
            ("generator_rate = 0.0", "training.generator_rate"),
            ("average_decay = 1.0", "training.average_decay"),
            ("perceptual_pool = 3", "training.perceptual_pool"),
            ("loss = { pixel = -1.0 }", "training.loss.pixel"),
            (
                "loss = { adversarial = 0, feature_matching = 0, perceptual = 0 }",
                "training.loss",
            ),
            (
                "load_size = { width = 100, height = 64 }",
                "training.load_size",
            ),
        ] {
            let error = complete(&format!("{stage}{stage}{text}")).expect_err(text);
            let error = format!("{error:#}");
            let expected = format!("{of_stage_2}{expected}");
            assert!(error.starts_with(&expected), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
        for text in [
            "batchsize = 4",
            "loss = { pixels = 4.0 }",
            "schedule = { decay_stepps = 4 }",
        ] {
            let error = complete(&format!("{stage}{stage}{text}")).expect_err(text);
            let error = format!("{error:#}");
            assert!(
                error.contains("unknown field") && error.contains("line 6"),
                "{error}"
            );
        }
        let error = complete(&format!(
            "[training]\nwarm_up_steps = 3\nloss.pixel = 1\n{stage}"
        ));
        let error = error.expect_err("two ways").to_string();
        assert!(error.contains("training.warm_up_steps"), "{error}");
    }
}
