//! Which pictures are made and scored: models, and what of the labels they are given.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::Condition;
use crate::train::Checkpoint;

/// One row of an evaluation.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What makes the pictures.
    pub source: Source,
    /// What it is asked.
    pub condition: Condition,
}

/// What makes the pictures of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A model file, a checkpoint, or a run's newest.
    Model(PathBuf),
    /// A checkpoint of a run.
    Checkpoint {
        /// Name of the run.
        run: String,
        /// Its step.
        step: u64,
        /// Where it is.
        checkpoint: Checkpoint,
    },
    /// The real picture's own mean colour everywhere.
    MeanColour,
    /// The nearest training picture.
    Nearest,
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
        let name = file_name(run);
        let source = |checkpoint: Checkpoint| {
            Ok(Self::Checkpoint {
                run: name.clone(),
                step: checkpoint.progress()?.step,
                checkpoint,
            })
        };
        found.into_iter().map(source).collect()
    }

    /// What tables call it.
    pub fn name(&self) -> String {
        match self {
            Self::Model(path) => {
                let name = file_name(path);
                match (path.is_dir(), name.strip_suffix(".onnx")) {
                    // Models are often called the same in folders that tell them apart.
                    (false, Some("model")) => path
                        .canonicalize()
                        .ok()
                        .and_then(|path| path.parent().map(file_name))
                        .unwrap_or(name),
                    (_, Some(stem)) => stem.to_owned(),
                    _ => name,
                }
            }
            Self::Checkpoint { run, .. } => run.clone(),
            Self::MeanColour => "mean colour".into(),
            Self::Nearest => "nearest training picture".into(),
        }
    }

    /// The step of a checkpoint.
    pub fn step(&self) -> Option<u64> {
        match self {
            Self::Checkpoint { step, .. } => Some(*step),
            _ => None,
        }
    }
}

/// Each source under each condition; a source's rows stand together.
pub fn rows(sources: Vec<Source>, conditions: &[Condition]) -> Vec<Planned> {
    let row = |source: &Source, condition: &Condition| Planned {
        source: source.clone(),
        condition: condition.clone(),
    };
    sources
        .iter()
        .flat_map(|source| conditions.iter().map(|condition| row(source, condition)))
        .collect()
}

fn file_name(path: &Path) -> String {
    let whole = path.canonicalize();
    let whole = whole.as_deref().unwrap_or(path);
    let name = whole.file_name().unwrap_or(whole.as_os_str());
    name.to_string_lossy().into_owned()
}
