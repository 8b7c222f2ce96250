//! The complete configuration of a run, stored as `config.toml` in its checkpoints.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use multicond::Size;
use multicond_format::label::{Label, validate_labels};
use multicond_format::storage::read_text;
use serde::{Deserialize, Serialize};

use super::{LossWeights, Needs, Precision, Schedule, StageConfig, schedule::Length};
use crate::{
    data::{ConfidenceNoise, Sparsity},
    net::NetworkConfig,
};

/// The smallest side of pictures of which VGG's four poolings leave a pixel.
const SMALLEST_FOR_VGG: usize = 16;

/// The complete configuration of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Display name of the model.
    pub name: String,
    /// Notice stored in the model, for example about the licence of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Picture size in training; in its last stage, if there are several.
    pub size: Size,
    /// Network sizes.
    pub network: NetworkConfig,
    /// Training hyperparameters.
    pub training: TrainingConfig,
    /// The labels, in the order of the network's tokens.
    pub labels: Vec<Label>,
}

/// Training hyperparameters. The defaults are those of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Random seed.
    pub seed: u64,
    /// Batch size: pictures per step.
    pub batch_size: usize,
    /// Gradient accumulation: number of micro-batches into which each device splits its share of a batch, to save
    /// memory.
    pub accumulate: usize,
    /// Precision of a step's computations; weights and optimiser states are always f32.
    pub precision: Precision,
    /// Size at which frames are read before a random crop of the run's `size` is taken; without it, frames are read
    /// at `size` and not cropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_size: Option<Size>,
    /// Number of steps, pictures or epochs, and the course of the learning rates.
    pub schedule: Schedule,
    /// Warm-up steps before adversarial training, in which the generator learns only from losses on the pictures
    /// themselves. They take a third of the time of other steps and improve short runs. For runs without stages.
    pub warm_up_steps: u64,
    /// Adam's learning rate for the generator.
    pub generator_rate: f64,
    /// Factor on that rate for the low-resolution stream. Each update of the stream changes all pixel networks at
    /// once, so short runs at a high rate need a smaller factor. The part that all pixel networks share, the bias of
    /// the stream's head, keeps the full rate.
    pub low_resolution_share: f64,
    /// Adam's learning rate for the discriminator.
    pub discriminator_rate: f64,
    /// Adam's beta 1 and beta 2. For beta 2, the code of SPADE and ASAP-Net uses 0.9 although the papers say 0.999.
    pub betas: [f32; 2],
    /// Decay of the moving average of the generator's weights. The average is exported; with 0 the weights of the
    /// last step are.
    pub average_decay: f64,
    /// Flip frames horizontally with probability 0.5.
    pub flip: bool,
    /// Side of the squares of pixels that are averaged before the perceptual network sees the pictures: 1 for full
    /// size; with 2 it takes a quarter of the time and sees half the size.
    pub perceptual_pool: usize,
    /// Loss weights.
    pub loss: LossWeights,
    /// Random dropping of labels.
    pub sparsity: Sparsity,
    /// Random confidences, with noise in the labels that matches them; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<ConfidenceNoise>,
    /// Number of pixels that the merge processes at a time. Smaller chunks need less memory; on a CPU, chunks that fit
    /// the cache are fastest.
    pub merge_chunk: usize,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
    /// Steps between checkpoints whose generator is kept; of all others, only the newest two are. 0 keeps none.
    pub keep_every: u64,
    /// Steps between sample sheets; 0 disables them.
    pub samples_every: u64,
    /// Steps between log lines.
    pub log_every: u64,
    /// Stages that the run goes through one after the other; without any, the run is one stage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageConfig>,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            batch_size: 1,
            accumulate: 1,
            precision: Precision::F32,
            load_size: None,
            schedule: Schedule {
                constant: Length::Epochs(200),
                decay: Length::Epochs(100),
                ..Schedule::default()
            },
            warm_up_steps: 0,
            generator_rate: 1e-4,
            low_resolution_share: 1.0,
            discriminator_rate: 4e-4,
            betas: [0.0, 0.999],
            average_decay: 0.999,
            flip: true,
            perceptual_pool: 1,
            loss: LossWeights::default(),
            sparsity: Sparsity::default(),
            confidence: None,
            merge_chunk: 4096,
            checkpoint_every: 1000,
            keep_every: 0,
            samples_every: 1000,
            log_every: 10,
            stages: Vec::new(),
        }
    }
}

impl Config {
    /// Reads and checks a `config.toml`.
    pub fn load(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Parses and checks the text of a `config.toml`.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| anyhow!(toml_error(&error)))?;
        config.validate()?;
        Ok(config)
    }

    /// The text of a `config.toml`.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).context("the configuration has no TOML form")
    }

    /// Checks all constraints that the types do not express.
    pub fn validate(&self) -> Result<()> {
        validate_labels(&self.labels)?;
        self.network.validate(&self.labels)?;
        match self.training.stages.is_empty() {
            true => self.validate_single(),
            false => self.validate_stages(),
        }
    }

    /// Checks a run of one stage, or one stage of a run.
    pub(super) fn validate_single(&self) -> Result<()> {
        let Size { width, height } = self.size;
        let backbone = &self.network.backbone;
        let (tile, smallest) = (backbone.tile(), backbone.smallest_side());
        let fits = |side: usize| side.is_multiple_of(tile) && (smallest..=8192).contains(&side);
        ensure!(
            fits(width) && fits(height),
            "size {} must be a multiple of {tile} pixels each way, from {smallest} to 8192, for {}",
            self.size,
            backbone.kind().name()
        );
        let training = &self.training;
        ensure!(
            training.batch_size > 0 && training.merge_chunk > 0,
            "training.batch_size and training.merge_chunk must be at least 1"
        );
        ensure!(
            training.accumulate > 0 && training.batch_size.is_multiple_of(training.accumulate),
            "training.accumulate must divide training.batch_size, {}, not be {}",
            training.batch_size,
            training.accumulate
        );
        if let Some(load) = training.load_size {
            ensure!(
                load.width >= width && load.height >= height && load.width.max(load.height) <= 8192,
                "training.load_size {load} must be at least the size of the pictures, {}, and at most 8192x8192",
                self.size
            );
        }
        ensure!(
            !training.schedule.is_empty(),
            "training.schedule must have at least one step"
        );
        training.validate_losses(width.min(height))?;
        for (name, rate) in [
            ("generator_rate", training.generator_rate),
            ("low_resolution_share", training.low_resolution_share),
            ("discriminator_rate", training.discriminator_rate),
        ] {
            ensure!(
                rate.is_finite() && rate > 0.0,
                "training.{name} must be positive, not {rate}"
            );
        }
        for (name, value) in [
            ("betas", f64::from(training.betas[0])),
            ("betas", f64::from(training.betas[1])),
            ("average_decay", training.average_decay),
        ] {
            ensure!(
                (0.0..1.0).contains(&value),
                "training.{name} must be at least 0 and below 1, not {value}"
            );
        }
        ensure!(
            training.checkpoint_every > 0 && training.log_every > 0,
            "training.checkpoint_every and training.log_every must be at least 1"
        );
        ensure!(
            training
                .keep_every
                .is_multiple_of(training.checkpoint_every),
            "training.keep_every is a multiple of checkpoint_every, or 0"
        );
        if let Some(confidence) = &training.confidence {
            ensure!(
                self.network.confidence,
                "training.confidence draws confidences, but the network takes none: it needs `confidence = true`"
            );
            let valid = confidence.validate();
            valid.map_err(|reason| anyhow!("training.{reason}"))?;
        }
        training
            .sparsity
            .validate(&self.labels)
            .map_err(|reason| anyhow!("training.{reason}"))
    }
}

impl TrainingConfig {
    /// Checks the losses of pictures whose shorter side has so many pixels.
    fn validate_losses(&self, side: usize) -> Result<()> {
        for (name, weight) in self.loss.parts() {
            ensure!(
                weight.is_finite() && weight >= 0.0,
                "training.loss.{name} must be 0 or above, not {weight}"
            );
        }
        ensure!(
            self.loss.parts().iter().any(|(_, weight)| *weight > 0.0),
            "training.loss has no weight above 0"
        );
        let pool = self.perceptual_pool;
        ensure!(
            [1, 2, 4].contains(&pool),
            "training.perceptual_pool must be 1, 2 or 4, not {pool}"
        );
        ensure!(
            !self.loss.needs_vgg() || side / pool >= SMALLEST_FOR_VGG,
            "training.perceptual_pool {pool} leaves {} of {side} pixels, and VGG needs {SMALLEST_FOR_VGG}",
            side / pool
        );
        let warm_up: Vec<_> = self.loss.names_needing(Needs::Nothing).collect();
        ensure!(
            self.warm_up_steps == 0 || warm_up.iter().any(|(_, weight)| *weight > 0.0),
            "training.warm_up_steps needs training.loss.{} above 0",
            warm_up
                .iter()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(" or ")
        );
        Ok(())
    }
}

/// A TOML error as one line: its position and reason, without the excerpt of the source.
pub(super) fn toml_error(error: &toml::de::Error) -> String {
    error
        .to_string()
        .lines()
        .filter(|line| !line.contains('|') && !line.trim().is_empty())
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Preset;

    fn config() -> Config {
        Config {
            name: "test".into(),
            notice: None,
            size: Size {
                width: 64,
                height: 32,
            },
            network: Preset::Small.network(64),
            training: TrainingConfig::default(),
            labels: vec![Label::semantics(["a", "b"]), Label::depth()],
        }
    }

    #[test]
    fn toml_round_trip() {
        let config = config();
        let text = config.to_toml().expect("serialises");
        assert_eq!(Config::parse(&text).expect("parses"), config);
    }

    #[test]
    fn errors_are_one_line_with_a_place() {
        let text = config().to_toml().expect("serialises");
        let error = Config::parse(&text.replace("batch_size = 1", "batch_size = \"one\""))
            .expect_err("no number")
            .to_string();
        assert!(!error.contains('\n') && error.contains("line"), "{error}");
        let mut odd = config();
        odd.size.width = 62;
        assert!(odd.validate().is_err());
    }
}
