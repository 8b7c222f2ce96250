//! What is asked of which models.

use std::{
    path::{Path, PathBuf},
    slice::from_ref,
};

use anyhow::{Result, ensure};
use multicond::{Size, label::Label};
use multicond_train::{
    data::Dataset,
    eval::{Condition, Planned, Source, describe, names},
};

use crate::percents::{Percents, percents};

/// What the model is not given.
#[derive(clap::Args)]
#[command(next_help_heading = "Missing labels")]
pub(super) struct Missing {
    /// Percent of the regions that lose each label; several make a study, and `10,20,...,70` goes on in steps
    #[arg(long, value_name = "PERCENTS", value_parser = percents, default_value = "0")]
    sparsity: Percents,
    /// Score once with all labels and once without each
    #[arg(long)]
    remove_labels: bool,
    /// Labels that are left out, by name
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    remove: Vec<String>,
    /// Chance that random strokes are masked out of a label, from 0 to 1
    #[arg(long, value_name = "S", value_parser = chance, default_value = "0")]
    free_form: f64,
    /// What is dropped follows from this and the frame's name
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
}

/// Models, as they say themselves what they are.
pub(super) struct Models {
    sources: Vec<(String, Source)>,
    /// Size of the training pictures of the first.
    pub(super) size: Size,
    /// The labels of all.
    labels: Vec<Label>,
}

impl Models {
    /// Looks at models and runs. All must be for the same size, unless one is asked for, and the data must have
    /// their labels.
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
        for (index, (name, path)) in names(&paths)?.into_iter().zip(&paths).enumerate() {
            if index < models.len() {
                sources.push((name, Source::Model(path.to_path_buf())));
            } else {
                let found = Source::checkpoints(path)?.into_iter();
                sources.extend(found.map(|source| (name.clone(), source)));
            }
            let (trained_size, own) = describe(path)?;
            let wanted = *first.get_or_insert(trained_size);
            ensure!(
                size.is_some() || trained_size == wanted,
                "{}: trained on {trained_size}, the first model on {wanted}; give the --size to score all at",
                path.display()
            );
            for label in own {
                data.label(&label.name)?;
                if !labels.iter().any(|known| known.name == label.name) {
                    labels.push(label);
                }
            }
        }
        Ok(Self {
            sources,
            size: first.expect("clap asks for a model"),
            labels,
        })
    }

    /// One row a model and condition. Beside a single one stand pictures that were made without it.
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
        // They do not look at labels.
        let without = |name: &str, source| Planned {
            name: name.into(),
            source,
            condition: Condition::default(),
        };
        if !is_study {
            plan.push(without("mean colour", Source::MeanColour));
        }
        if has_training {
            plan.push(without("nearest training picture", Source::Nearest));
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
                "--remove {name}: no label of the model; it has {}",
                names.join(", ")
            );
        }
        let mut removals = vec![self.remove.clone()];
        if self.remove_labels {
            let others = labels.iter().map(|label| &label.name);
            let others: Vec<&String> = others.filter(|name| !self.remove.contains(name)).collect();
            ensure!(
                others.len() > 1,
                "--remove-labels: there is one label only to remove"
            );
            removals.extend(
                others
                    .into_iter()
                    .map(|name| [&self.remove[..], from_ref(name)].concat()),
            );
        }
        let mut conditions = Vec::new();
        for percent in &self.sparsity.0 {
            for removed in &removals {
                conditions.push(Condition {
                    sparsity: percent / 100.0,
                    removed: removed.clone(),
                    free_form: self.free_form,
                });
            }
        }
        Ok(conditions)
    }
}

/// Parses a chance.
fn chance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
        _ => Err("expected a number from 0 to 1".into()),
    }
}
