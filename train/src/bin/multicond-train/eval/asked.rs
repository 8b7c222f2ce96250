//! The models to score, and the conditions under which each is scored.

use std::{
    path::{Path, PathBuf},
    slice::from_ref,
};

use anyhow::{Result, ensure};
use multicond::{Size, label::Label};
use multicond_train::{
    data::{Dataset, inspect::Shortfall},
    eval::{Condition, LabelNoise, Planned, Source, Told, describe, names},
};

use crate::percents::{Percents, percents};

/// Which labels to withhold from the model.
#[derive(clap::Args)]
#[command(next_help_heading = "Missing labels")]
pub(super) struct Missing {
    /// Percentage of regions in which each label is dropped; for several values, a list such as 0,50 or 10,20,...,70
    #[arg(long, value_name = "PERCENTS", value_parser = percents, default_value = "0")]
    sparsity: Percents,
    /// Score with all labels, then again without each label
    #[arg(long)]
    remove_labels: bool,
    /// Names of labels to leave out
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    remove: Vec<String>,
    /// Probability, from 0 to 1, that random strokes are masked in a label
    #[arg(long, value_name = "S", value_parser = chance, default_value = "0")]
    free_form: f64,
    /// Noise of the labels at confidence 0: the standard deviation of encoded values, from -1 to 1, and the probability of
    /// a wrong class. Confidences are drawn, and the noise falls to 0 at confidence 1; for several values, a list
    #[arg(long, value_name = "S", value_delimiter = ',', value_parser = amount)]
    noise: Vec<f64>,
    /// Confidences that the model gets for noisy labels: 1 everywhere, those that the noise matches, or both in turn
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',', requires = "noise", default_values = ["full", "matching"])]
    confidence: Vec<Told>,
    /// Random seed; together with a frame's name it decides what is dropped
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

/// The models to score, with the sizes and labels that they declare.
pub(super) struct Models {
    sources: Vec<(String, Source)>,
    /// `--size`, else the training size of the first model.
    pub(super) size: Size,
    /// The labels of all models that the data has.
    labels: Vec<Label>,
    /// What the data lacks of them.
    pub(super) missing: Shortfall,
    /// The label of the true classes: as the first model has it that has it, else as the data has it.
    pub(super) truth: Option<Label>,
}

impl Models {
    /// Reads the descriptions of models and runs. Without `size`, all must have been trained at the same size. The
    /// data must have at least one label of each.
    pub(super) fn find(
        models: &[PathBuf],
        runs: &[PathBuf],
        size: Option<Size>,
        data: &Dataset,
    ) -> Result<Self> {
        let paths: Vec<&Path> = models.iter().chain(runs).map(PathBuf::as_path).collect();
        let mut sources = Vec::new();
        let mut labels: Vec<Label> = Vec::new();
        let mut first = size;
        let mut missing = Shortfall::default();
        let mut truth = None;
        for (index, (name, path)) in names(&paths)?.into_iter().zip(&paths).enumerate() {
            if index < models.len() {
                sources.push((name, Source::Model(path.to_path_buf())));
            } else {
                let found = Source::checkpoints(path)?.into_iter();
                sources.extend(found.map(|source| (name.clone(), source)));
            }
            let (trained_size, own) = describe(path)?;
            let expected = *first.get_or_insert(trained_size);
            ensure!(
                size.is_some() || trained_size == expected,
                "{}: trained at {trained_size}, but the first model at {expected}; use --size to score all at one size",
                path.display()
            );
            missing.add(Shortfall::of(data, &own)?);
            let is_there = |label: &Label| data.label(&label.name).is_ok();
            ensure!(
                own.iter().any(is_there),
                "{}{}: has none of the labels of {}",
                missing.of_labels(),
                data.name(),
                path.display()
            );
            let is_truth = |label: &&Label| {
                data.class_label()
                    .is_some_and(|classes| classes.name == label.name)
            };
            truth = truth.or_else(|| own.iter().find(is_truth).cloned());
            for label in own.into_iter().filter(is_there) {
                if !labels.iter().any(|known| known.name == label.name) {
                    labels.push(label);
                }
            }
        }
        Ok(Self {
            sources,
            size: first.expect("clap requires a model"),
            labels,
            missing,
            truth: truth.or_else(|| data.class_label().cloned()),
        })
    }

    /// One row per model and condition. Baselines are added: the mean colour if there is only one such row, the
    /// nearest training picture if there is training data.
    pub(super) fn plan(self, missing: &Missing, has_training: bool) -> Result<Vec<Planned>> {
        let conditions = missing.conditions(&self.labels)?;
        let is_study = self.sources.len() * conditions.len() > 1;
        let mut plan = Vec::new();
        for (name, source) in &self.sources {
            plan.extend(conditions.iter().map(|condition| Planned {
                name: name.clone(),
                source: source.clone(),
                condition: condition.clone(),
            }));
        }
        // Baselines do not use labels, so conditions do not apply to them.
        let baseline = |name: &str, source| Planned {
            name: name.into(),
            source,
            condition: Condition::default(),
        };
        if !is_study {
            plan.push(baseline("mean colour", Source::MeanColour));
        }
        if has_training {
            plan.push(baseline("nearest training picture", Source::Nearest));
        }
        Ok(plan)
    }
}

impl Missing {
    fn conditions(&self, labels: &[Label]) -> Result<Vec<Condition>> {
        let is_label = |name: &String| labels.iter().any(|label| label.name == *name);
        for name in &self.remove {
            let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
            ensure!(
                is_label(name),
                "--remove {name}: not a label that the models take and the data has; these are {}",
                names.join(", ")
            );
        }
        let mut removals = vec![self.remove.clone()];
        if self.remove_labels {
            let others = labels.iter().map(|label| &label.name);
            let others: Vec<&String> = others.filter(|name| !self.remove.contains(name)).collect();
            ensure!(
                others.len() > 1,
                "--remove-labels: needs at least two labels to remove"
            );
            removals.extend(
                others
                    .into_iter()
                    .map(|name| [&self.remove[..], from_ref(name)].concat()),
            );
        }
        let noise = |amount: f64| {
            let told = self.confidence.iter().copied();
            told.map(move |confidence| Some(LabelNoise { amount, confidence }))
        };
        let noises: Vec<Option<LabelNoise>> = match self.noise.is_empty() {
            true => vec![None],
            false => self.noise.iter().copied().flat_map(noise).collect(),
        };
        let mut conditions = Vec::new();
        for percent in &self.sparsity.0 {
            for removed in &removals {
                conditions.extend(noises.iter().map(|&noise| Condition {
                    sparsity: percent / 100.0,
                    removed: removed.clone(),
                    free_form: self.free_form,
                    noise,
                }));
            }
        }
        Ok(conditions)
    }
}

/// Parses an amount of noise.
fn amount(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(amount) if (0.0..=10.0).contains(&amount) => Ok(amount),
        _ => Err("expected a number from 0 to 10".into()),
    }
}

/// Parses a probability.
fn chance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
        _ => Err("expected a number from 0 to 1".into()),
    }
}
