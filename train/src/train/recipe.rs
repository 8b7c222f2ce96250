//! What a user writes to start a run: a few choices, the rest from a preset and from the data.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use multicond::{label::Label, model::Size};
use serde::Deserialize;

use super::{Config, TrainingConfig, config::one_line};
use crate::net::{NetworkConfig, Preset};

/// A run before it meets its data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model, for people.
    pub name: String,
    /// Notice that goes with the model.
    #[serde(default)]
    pub notice: Option<String>,
    /// Sizes of the networks, unless `network` gives them one by one.
    #[serde(default = "small")]
    pub preset: Preset,
    /// Size of the pictures in training.
    #[serde(default = "default_size")]
    pub size: Size,
    /// Names of the labels to use, in order; all that the data has if absent.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Whether labels carry a presence channel. The paper has none; with one a legal zero and a
    /// missing value differ.
    #[serde(default = "yes")]
    pub presence: bool,
    /// Sizes of the networks one by one.
    #[serde(default)]
    pub network: Option<NetworkConfig>,
    /// How it is trained.
    #[serde(default)]
    pub training: TrainingConfig,
}

fn small() -> Preset {
    Preset::Small
}

fn default_size() -> Size {
    Size {
        width: 256,
        height: 256,
    }
}

fn yes() -> bool {
    true
}

impl Recipe {
    /// A preset with the paper's training and no other wishes.
    pub fn preset(preset: Preset, name: impl Into<String>, size: Option<Size>) -> Self {
        Self {
            name: name.into(),
            notice: None,
            preset,
            size: size.unwrap_or_else(default_size),
            labels: None,
            presence: preset != Preset::Paper,
            network: None,
            training: TrainingConfig::default(),
        }
    }

    /// Reads a recipe.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).map_err(|error| anyhow!("{}: {}", path.display(), one_line(&error)))
    }

    /// The complete configuration for data with these labels.
    ///
    /// # Errors
    /// When a label is asked for that the data lacks, or sizes do not fit together.
    pub fn complete(self, available: &[Label]) -> Result<Config> {
        let mut labels = match &self.labels {
            None => available.to_vec(),
            Some(names) => names
                .iter()
                .map(|name| find(name, available))
                .collect::<Result<_>>()?,
        };
        for label in &mut labels {
            label.presence = self.presence;
        }
        let config = Config {
            name: self.name,
            notice: self.notice,
            size: self.size,
            network: self
                .network
                .unwrap_or_else(|| self.preset.network(self.size.height)),
            training: self.training,
            labels,
        };
        config.validate()?;
        Ok(config)
    }
}

fn find(name: &str, available: &[Label]) -> Result<Label> {
    match available.iter().find(|label| label.name == name) {
        Some(label) => Ok(label.clone()),
        None => {
            let names: Vec<&str> = available.iter().map(|label| label.name.as_str()).collect();
            bail!(
                "label `{name}` is not in the data, which has {}",
                names.join(", ")
            )
        }
    }
}
