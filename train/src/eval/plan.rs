//! The plan of an evaluation: which models are scored, and with which labels.

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::{readable::percent, short_names::shortest, training::Checkpoint};

/// One row of an evaluation.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Name of the source in tables.
    pub name: String,
    /// The source of the pictures.
    pub source: Source,
    /// The condition under which it is scored.
    pub condition: Condition,
}

/// The source of a row's pictures.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A model file, a checkpoint, or a run (its newest checkpoint).
    Model(PathBuf),
    /// A checkpoint of a run.
    Checkpoint {
        /// The training step.
        step: u64,
        /// The checkpoint.
        checkpoint: Checkpoint,
    },
    /// Baseline: the mean colour of the ground truth.
    MeanColour,
    /// Baseline: the nearest training picture.
    Nearest,
}

/// Which labels are withheld from a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Condition {
    /// Probability that a label is dropped in a region.
    pub sparsity: f64,
    /// Labels that are removed completely.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Probability that strokes are masked in a label.
    #[serde(skip_serializing_if = "is_zero")]
    pub free_form: f64,
    /// Noise in the labels, with random confidences; `None` if labels are as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<LabelNoise>,
}

/// Noise in the labels, which is larger where their confidence is lower.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LabelNoise {
    /// Standard deviation of encoded values, and probability of a wrong class, at confidence 0.
    pub amount: f64,
    /// What the model is told.
    pub confidence: Told,
}

/// Which confidence a model is given for noisy labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// 1 for all pixels, as if the labels had no noise
    Full,
    /// The confidence that the noise matches
    Matching,
}

impl Told {
    /// The name in options and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Matching => "matching",
        }
    }
}

// serde passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Planned {
    /// The training step, if the source is a checkpoint.
    pub fn step(&self) -> Option<u64> {
        match self.source {
            Source::Checkpoint { step, .. } => Some(step),
            _ => None,
        }
    }

    /// The title of the row in messages, reports and folder names.
    pub fn title(&self) -> String {
        let step = self.step().map(|step| format!("step {step}"));
        let parts = [Some(self.name.clone()), step, self.condition.text()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Source {
    /// All checkpoints of a run, oldest first.
    ///
    /// # Errors
    /// When it has none.
    pub fn checkpoints(run: &Path) -> Result<Vec<Self>> {
        let found = Checkpoint::of_run(run)?;
        ensure!(
            !found.is_empty(),
            "{}: not a run, it has no checkpoints/step_*",
            run.display()
        );
        let source = |checkpoint: Checkpoint| {
            Ok(Self::Checkpoint {
                step: checkpoint.progress()?.step,
                checkpoint,
            })
        };
        found.into_iter().map(source).collect()
    }
}

impl LabelNoise {
    /// A description.
    pub fn text(&self) -> String {
        format!(
            "noise {}, {} confidence",
            self.amount,
            self.confidence.name()
        )
    }
}

impl Condition {
    /// A description; `None` if no label is withheld.
    pub fn text(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.sparsity > 0.0 {
            parts.push(format!("{} of regions dropped", percent(self.sparsity)));
        }
        if !self.removed.is_empty() {
            parts.push(format!("without {}", self.removed.join(" and ")));
        }
        if self.free_form > 0.0 {
            parts.push(format!("strokes in {}", percent(self.free_form)));
        }
        if let Some(noise) = self.noise {
            parts.push(noise.text());
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Names for the models or runs at these paths: the file name (for `model.onnx` the folder name), with as many parent
/// folders as needed to make them unique.
///
/// # Errors
/// When a path is given twice.
pub fn names(paths: &[&Path]) -> Result<Vec<String>> {
    let parts: Vec<Vec<String>> = paths.iter().map(|path| parts(path)).collect();
    for (index, path) in paths.iter().enumerate() {
        ensure!(
            !parts[..index].contains(&parts[index]),
            "{}: given twice",
            path.display()
        );
    }
    // The folder of the ground truth is called `real`.
    Ok(shortest(&parts, &["real"], 1))
}

/// The components of an absolute path, without `.onnx` and a file name of `model`.
fn parts(path: &Path) -> Vec<String> {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let normal = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    let mut parts: Vec<String> = whole.components().filter_map(normal).collect();
    if let Some(last) = parts.last_mut() {
        if let Some(stem) = last.strip_suffix(".onnx") {
            *last = stem.to_owned();
        }
        if last == "model" && parts.len() > 1 {
            parts.pop();
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let names = |paths: &[&str]| {
            let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
            names(&paths).map_err(|error| error.to_string())
        };
        let short = names(&["/none/a/tlam.onnx", "/none/rooms/model.onnx"]);
        assert_eq!(short.unwrap(), ["tlam", "rooms"]);
        let apart = names(&[
            "/none/a/tlam.onnx",
            "/none/b/tlam.onnx",
            "/none/b/clam.onnx",
        ]);
        assert_eq!(apart.unwrap(), ["a/tlam", "b/tlam", "clam"]);
        assert_eq!(names(&["/none/a/real.onnx"]).unwrap(), ["a/real"]);
        assert!(names(&["/none/a.onnx", "/none/a.onnx"]).is_err());
    }

    #[test]
    fn conditions_in_words() {
        assert_eq!(Condition::default().text(), None);
        let condition = Condition {
            sparsity: 0.125,
            removed: vec!["depth".into()],
            ..Condition::default()
        };
        let text = condition.text().unwrap();
        assert_eq!(text, "12.5 % of regions dropped, without depth");
        let noise = LabelNoise {
            amount: 0.5,
            confidence: Told::Matching,
        };
        let condition = Condition {
            noise: Some(noise),
            ..Condition::default()
        };
        let text = condition.text().unwrap();
        assert_eq!(text, "noise 0.5, matching confidence");
    }
}
