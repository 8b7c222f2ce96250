//! Recipes: what a user writes to start a run. A preset and the data determine the rest.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use multicond::{Size, label::Label};
use multicond_format::storage::read_text;
use serde::Deserialize;

use super::{Config, TrainingConfig, config::toml_error};
use crate::{
    data::label_names,
    net::{BackboneKind, MergeKind, NetworkConfig, Preset},
};

/// The configuration of a run before the labels of its data are known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Display name of the model.
    pub name: String,
    /// Notice stored in the model.
    #[serde(default)]
    pub notice: Option<String>,
    /// Network sizes, unless `network` is given.
    #[serde(default = "small")]
    pub preset: Preset,
    /// The merge, with the preset's sizes; TLAM by default.
    #[serde(default)]
    pub merge: Option<MergeKind>,
    /// The backbone, with the preset's sizes; the preset's by default.
    #[serde(default)]
    pub backbone: Option<BackboneKind>,
    /// Names of the colour labels that are added to the picture; the preset's by default, which are all or none.
    #[serde(default)]
    pub hints: Option<Vec<String>>,
    /// Picture size in training; in its last stage, if there are several.
    #[serde(default = "default_size")]
    pub size: Size,
    /// Names of the labels to use, in order; all labels of the data by default.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Names of the model's classes, in order; those of the data by default. Classes of the data meet them by name, or
    /// by the table of classes, and are missing otherwise.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Whether labels have a presence channel, which distinguishes a valid zero from a missing value. The paper has
    /// none.
    #[serde(default = "yes")]
    pub presence: bool,
    /// Whether the model takes a confidence for each label and pixel; by default as the preset, or `network`, says.
    #[serde(default)]
    pub confidence: Option<bool>,
    /// Explicit network sizes, instead of a preset.
    #[serde(default)]
    pub network: Option<NetworkConfig>,
    /// Training hyperparameters.
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
    /// A preset with the hyperparameters of the paper.
    pub fn preset(preset: Preset, name: impl Into<String>, size: Option<Size>) -> Self {
        Self {
            name: name.into(),
            notice: None,
            preset,
            merge: None,
            backbone: None,
            hints: None,
            size: size.unwrap_or_else(default_size),
            labels: None,
            classes: None,
            presence: preset != Preset::Paper,
            confidence: None,
            network: None,
            training: TrainingConfig::default(),
        }
    }

    /// Reads a recipe from a TOML file.
    pub fn load(path: &Path) -> Result<Self> {
        Self::parse(&read_text(path)?).with_context(|| path.display().to_string())
    }

    /// Parses the text of a recipe.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| anyhow!(toml_error(&error)))
    }

    /// The complete configuration for data with these labels.
    ///
    /// # Errors
    /// When the recipe names a label that the data lacks, or its settings contradict each other.
    pub fn complete(self, available: &[Label]) -> Result<Config> {
        let mut labels = match &self.labels {
            None => available.to_vec(),
            Some(names) => names
                .iter()
                .map(|name| find(name, available))
                .collect::<Result<_>>()?,
        };
        if let Some(classes) = self.classes {
            let label = labels.iter_mut().find(|label| label.classes().is_some());
            let label = label.context("`classes` are given, but none of the labels has classes")?;
            for (index, class) in classes.iter().enumerate() {
                ensure!(
                    !classes[..index].contains(class),
                    "`classes` has `{class}` twice"
                );
            }
            *label = label.clone().with_classes(classes);
        }
        let mut network = match (self.network, self.merge, self.backbone, self.hints) {
            (Some(network), None, None, None) => network,
            (Some(_), merge, backbone, _) => {
                let set = match (merge, backbone) {
                    (Some(merge), _) => format!("merge = \"{}\"", merge.name()),
                    (None, Some(backbone)) => format!("backbone = \"{}\"", backbone.name()),
                    (None, None) => "hints".into(),
                };
                bail!(
                    "{set} changes a preset, but [network] gives explicit sizes; remove one of them"
                )
            }
            (None, merge, backbone, hints) => {
                let mut network = self.preset.network(self.size.height);
                if let Some(merge) = merge {
                    network.merge = self.preset.merge(merge);
                }
                if let Some(backbone) = backbone {
                    network.backbone = self.preset.backbone(backbone, self.size.height);
                }
                network.hints = hints.unwrap_or_else(|| self.preset.hints(&labels));
                network
            }
        };
        if let Some(confidence) = self.confidence {
            network.confidence = confidence;
        }
        for label in &mut labels {
            label.presence = self.presence;
        }
        let config = Config {
            name: self.name,
            notice: self.notice,
            size: self.size,
            network,
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
        None => bail!(
            "label `{name}` is not in the data, which has {}",
            label_names(available)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(text: &str) -> Result<Config> {
        let recipe: Recipe = toml::from_str(&format!("name = 'test'\n{text}"))?;
        recipe.complete(&[Label::depth(), Label::semantics(["a", "b"])])
    }

    #[test]
    fn a_recipe_chooses_merge_and_backbone() {
        for kind in MergeKind::ALL {
            let text = format!("preset = 'paper'\nmerge = '{}'", kind.name());
            let network = complete(&text).expect("a recipe").network;
            assert_eq!(network.merge, Preset::Paper.merge(kind));
            assert_eq!(network.backbone, Preset::Paper.network(256).backbone);
        }
        for kind in BackboneKind::ALL {
            let text = format!("preset = 'paper'\nbackbone = '{}'", kind.name());
            let network = complete(&text).expect("a recipe").network;
            assert_eq!(network.backbone, Preset::Paper.backbone(kind, 256));
        }
        let network = complete("").expect("a recipe").network;
        assert_eq!(network, Preset::Small.network(256));
    }

    #[test]
    fn our_own_presets_take_every_colour_as_a_hint() {
        let labels = [Label::albedo(), Label::depth(), Label::normals()];
        let hints = |text: &str| {
            let recipe: Recipe = toml::from_str(&format!("name = 'test'\n{text}"))?;
            Ok::<_, anyhow::Error>(recipe.complete(&labels)?.network.hints)
        };
        for (text, expected) in [
            ("preset = 'balanced'", &["albedo"][..]),
            ("preset = 'balanced'\nlabels = ['depth']", &[]),
            ("preset = 'balanced'\nhints = []", &[]),
            ("preset = 'paper'", &[]),
            ("preset = 'paper'\nhints = ['albedo']", &["albedo"]),
        ] {
            assert_eq!(hints(text).expect(text), expected, "{text}");
        }
        for (text, expected) in [
            (
                "hints = ['normals']",
                "network.hints: `normals` is not a colour with three channels",
            ),
            (
                "hints = ['color']",
                "network.hints: there is no label `color`",
            ),
            (
                "hints = ['albedo', 'albedo']",
                "network.hints: `albedo` is listed twice",
            ),
            (
                "labels = ['depth']\nhints = ['albedo']",
                "network.hints: there is no label `albedo`",
            ),
        ] {
            assert_eq!(hints(text).expect_err(text).to_string(), expected);
        }
    }

    #[test]
    fn impossible_merges_are_rejected() {
        let network = toml::to_string(&Preset::Small.network(256)).expect("serialises");
        let network = network.replace('[', "[network.");
        let rejected = |text: &str| complete(text).expect_err(text).to_string();
        let error = rejected(&format!("merge = 'clam'\n[network]\n{network}"));
        assert!(error.contains("merge = \"clam\""), "{error}");
        let error = rejected("merge = 'semantics'\nlabels = ['depth']");
        assert!(error.contains("categorical"), "{error}");
    }
}
