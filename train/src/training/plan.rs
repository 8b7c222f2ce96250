//! The plan of a run: which stage a step belongs to, and what its learning rates are. It follows from the
//! configuration and the number of pictures in the data, so a run can be resumed at any step.

use std::ops::Range;

use anyhow::{Context, Result};

use super::{Config, schedule::Pace};
use crate::data::{Dataset, steps_per_epoch};

/// All stages of a run, in order.
pub(super) struct Plan(Vec<Stage>);

/// A stage, with its place in the run.
pub(super) struct Stage {
    /// Its number, counted from 1.
    pub(super) number: usize,
    /// Its steps, counted from the start of the run.
    pub(super) steps: Range<u64>,
    /// Its configuration.
    pub(super) config: Config,
    /// The same without the losses that need another network, for warm-up steps.
    alone: Config,
    pace: Pace,
    /// Pictures of all stages before.
    pictures_before: u64,
    /// Epochs of all stages before.
    epochs_before: u64,
}

impl Plan {
    /// # Errors
    /// When the data has fewer pictures than a batch of a stage.
    pub(super) fn new(config: &Config, data: &Dataset) -> Result<Self> {
        let (mut first, mut pictures, mut epochs) = (0_u64, 0_u64, 0_u64);
        let configs = config.stages();
        let count = configs.len();
        let mut stages = Vec::with_capacity(count);
        for (number, config) in (1..).zip(configs) {
            let batch_size = config.training.batch_size;
            let steps_per_epoch =
                steps_per_epoch(data, batch_size).with_context(|| match count {
                    1 => "training.batch_size".into(),
                    _ => format!("stage {number} of training.stages"),
                })?;
            let pace = Pace {
                batch_size: batch_size as u64,
                steps_per_epoch,
            };
            let steps = config.training.schedule.steps(pace);
            let mut alone = config.clone();
            alone.training.loss = alone.training.loss.of_pictures();
            stages.push(Stage {
                number,
                steps: first..first.saturating_add(steps),
                config,
                alone,
                pace,
                pictures_before: pictures,
                epochs_before: epochs,
            });
            first = first.saturating_add(steps);
            pictures = steps
                .saturating_mul(pace.batch_size)
                .saturating_add(pictures);
            epochs = epochs.saturating_add(steps / steps_per_epoch);
        }
        Ok(Self(stages))
    }

    /// Number of stages.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Total number of steps.
    pub(super) fn steps(&self) -> u64 {
        self.0.last().map_or(0, |stage| stage.steps.end)
    }

    /// The stages that end after a step, of which the first may have begun.
    pub(super) fn after(&self, step: u64) -> impl Iterator<Item = &Stage> {
        self.0.iter().filter(move |stage| step < stage.steps.end)
    }

    /// The configurations of all stages.
    pub(super) fn configs(&self) -> impl Iterator<Item = &Config> {
        self.0.iter().map(|stage| &stage.config)
    }
}

impl Stage {
    /// The configuration of a step.
    pub(super) fn config_at(&self, step: u64) -> &Config {
        match step < self.config.training.warm_up_steps {
            true => &self.alone,
            false => &self.config,
        }
    }

    /// The factor on the learning rates in a step.
    pub(super) fn rate(&self, step: u64) -> f64 {
        let schedule = &self.config.training.schedule;
        schedule.factor(step - self.steps.start, self.pace)
    }

    /// Number of whole epochs before a step, in all stages.
    pub(super) fn epoch(&self, step: u64) -> u64 {
        self.epochs_before + (step - self.steps.start) / self.pace.steps_per_epoch
    }

    /// Number of pictures seen before a step, in all stages.
    pub(super) fn pictures(&self, step: u64) -> u64 {
        self.pictures_before + (step - self.steps.start) * self.pace.batch_size
    }
}
