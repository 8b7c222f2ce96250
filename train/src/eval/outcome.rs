//! Works a plan off, row by row, and says what came out.

use anyhow::{Context, Result};
use image::RgbImage;
use indicatif::{ProgressBar, ProgressStyle};
use multicond::{Options, model::Size};
use serde::Serialize;

use super::{
    Condition, Difference, Evaluator, Measured, Planned, Scores, Source, Subject,
    bootstrap::{self, Entry},
    subject::{Gallery, model_of, open_model},
};
use crate::data::Dataset;

/// An evaluation, done.
#[derive(Serialize)]
pub struct Outcome {
    /// Name of the data.
    pub data: String,
    /// Frames that were scored.
    pub frames: usize,
    /// Size of the pictures.
    pub size: Size,
    /// What was dropped of labels follows from it.
    pub seed: u64,
    /// Name of the network behind the Frechet distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_network: Option<String>,
    /// Name of the network behind the scores of classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmenter: Option<String>,
    /// Engine that made the pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<&'static str>,
    /// Scores, row by row.
    pub rows: Vec<Row>,
    /// What the segmenter makes of the real pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Scores>,
    /// Differences between models under the same condition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The first real pictures.
    #[serde(skip)]
    pub real: Vec<RgbImage>,
}

/// Scores of one model under one condition.
#[derive(Serialize)]
pub struct Row {
    /// What made the pictures.
    pub model: String,
    /// The step of a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// Chance that a region lost a label.
    pub sparsity: f64,
    /// Labels that were absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Chance that strokes were rubbed out of a label.
    #[serde(skip_serializing_if = "is_zero")]
    pub free_form: f64,
    /// What was measured.
    pub scores: Scores,
    /// Seconds that making and scoring took.
    pub seconds: f64,
    /// Seconds of them that the SDK took to make the pictures.
    pub generating_seconds: f64,
    /// The first pictures.
    #[serde(skip)]
    pub shown: Vec<RgbImage>,
}

// Serde hands out references.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Row {
    fn new(planned: &Planned, measured: &mut Measured) -> Self {
        let Condition {
            sparsity,
            removed,
            free_form,
        } = planned.condition.clone();
        Self {
            model: planned.source.name(),
            step: planned.source.step(),
            sparsity,
            removed,
            free_form,
            scores: measured.scores.clone(),
            seconds: measured.seconds,
            generating_seconds: measured.generating,
            shown: std::mem::take(&mut measured.shown),
        }
    }
}

/// Scores every row of a plan. Several models under one condition are compared.
///
/// # Errors
/// When a model, a frame or an engine fails; the message names the row.
pub fn evaluate(
    evaluator: &mut Evaluator,
    plan: &[Planned],
    options: &Options,
    training: Option<&Dataset>,
) -> Result<Outcome> {
    let bar = ProgressBar::new((plan.len() * evaluator.frames()) as u64).with_style(
        ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta} left)")?,
    );
    let mut rows = Vec::with_capacity(plan.len());
    let mut measured: Vec<Measured> = Vec::with_capacity(plan.len());
    let mut current: Option<(&Source, Subject)> = None;
    let mut engine = None;
    for planned in plan {
        let name = row_name(planned);
        bar.set_message(name.clone());
        let mut subject = match current.take() {
            Some((source, subject)) if *source == planned.source => subject,
            _ => open(&planned.source, options, training, evaluator.size())
                .with_context(|| planned.source.name())?,
        };
        if let Subject::Model(generator) = &subject {
            engine = Some(generator.engine());
        }
        let mut result = evaluator
            .score(&name, &mut subject, &planned.condition, &bar)
            .with_context(|| name.clone())?;
        rows.push(Row::new(planned, &mut result));
        measured.push(result);
        current = Some((&planned.source, subject));
    }
    let differences = compare(evaluator, plan, &measured, &bar)?;
    bar.finish_and_clear();
    Ok(Outcome {
        data: evaluator.data_name(),
        frames: evaluator.frames(),
        size: evaluator.size(),
        seed: evaluator.seed(),
        feature_network: evaluator.feature_network(),
        segmenter: evaluator.segmenter(),
        engine,
        rows,
        ceiling: evaluator.ceiling(),
        differences,
        real: evaluator.shown().to_vec(),
    })
}

fn open(
    source: &Source,
    options: &Options,
    training: Option<&Dataset>,
    size: Size,
) -> Result<Subject> {
    match source {
        Source::Model(path) => Subject::model(open_model(path)?, options),
        Source::Checkpoint { checkpoint, .. } => Subject::model(model_of(checkpoint)?, options),
        Source::MeanColour => Ok(Subject::MeanColour),
        Source::Nearest => {
            let training = training.context("there are no training pictures")?;
            let bar =
                ProgressBar::new(training.frames().len() as u64).with_message("training pictures");
            let gallery = Gallery::read(training, size, &bar)?;
            bar.finish_and_clear();
            Ok(Subject::Nearest(gallery))
        }
    }
}

/// Differences between all models that were asked the same. Checkpoints of one run are not compared with each other.
fn compare(
    evaluator: &Evaluator,
    plan: &[Planned],
    measured: &[Measured],
    bar: &ProgressBar,
) -> Result<Vec<Difference>> {
    let is_model = |row: &usize| matches!(plan[*row].source, Source::Model(_));
    let models: Vec<usize> = (0..plan.len()).filter(is_model).collect();
    let mut found = Vec::new();
    for (place, &first) in models.iter().enumerate() {
        let condition = &plan[first].condition;
        let alike = |row: &usize| plan[*row].condition == *condition;
        if models[..place].iter().any(alike) {
            continue;
        }
        let group: Vec<usize> = models.iter().copied().filter(alike).collect();
        if group.len() < 2 {
            continue;
        }
        bar.set_message("intervals");
        bar.set_position(0);
        let entry = |&row: &usize| Entry {
            scores: &measured[row].scores,
            pictures: &measured[row].pictures,
        };
        let entries: Vec<Entry<'_>> = group.iter().map(entry).collect();
        let differences =
            bootstrap::differences(&entries, evaluator.real_features(), evaluator.seed(), bar)?;
        found.extend(differences.into_iter().map(|difference| Difference {
            from: group[difference.from],
            to: group[difference.to],
            ..difference
        }));
    }
    Ok(found)
}

/// What messages and folders of pictures call a row.
fn row_name(planned: &Planned) -> String {
    let mut name = planned.source.name();
    if let Some(step) = planned.source.step() {
        name += &format!(" step {step}");
    }
    let condition = &planned.condition;
    if condition.sparsity > 0.0 {
        name += &format!(" {:.0} % lost", 100.0 * condition.sparsity);
    }
    if !condition.removed.is_empty() {
        name += &format!(" without {}", condition.removed.join(" "));
    }
    name
}
