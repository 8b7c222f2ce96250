//! Runs an evaluation plan row by row.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use multicond::{Options, Size};

use super::{
    Difference, Evaluator, Measured, Outcome, Planned, Row, Source, Subject,
    bootstrap::{self, Entry},
    subject::{Gallery, model_of, open_model},
};
use crate::data::Dataset;

/// Scores every row of a plan, and compares models under the same condition.
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
    let groups = groups(plan);
    let mut rows = Vec::with_capacity(plan.len());
    let mut measured: Vec<Measured> = Vec::with_capacity(plan.len());
    let mut current: Option<(&Source, Subject)> = None;
    let mut engine = None;
    for (index, planned) in plan.iter().enumerate() {
        let title = planned.title();
        bar.set_message(title.clone());
        let mut subject = match current.take() {
            Some((source, subject)) if *source == planned.source => subject,
            _ => open(&planned.source, options, training, evaluator.size())
                .with_context(|| planned.name.clone())?,
        };
        if let Subject::Model(generator) = &subject {
            engine = Some(generator.engine().to_string());
        }
        let mut result = evaluator
            .score(&title, &mut subject, &planned.condition, &bar)
            .with_context(|| title.clone())?;
        rows.push(Row {
            model: planned.name.clone(),
            step: planned.step(),
            condition: planned.condition.clone(),
            scores: result.scores.clone(),
            seconds: result.seconds,
            generating_seconds: result.generating,
            title,
            shown: std::mem::take(&mut result.shown),
        });
        if !groups.iter().any(|group| group.contains(&index)) {
            result.pictures.clear();
        }
        measured.push(result);
        current = Some((&planned.source, subject));
    }
    let mut differences = Vec::new();
    for group in groups {
        bar.set_message("intervals");
        differences.extend(compare(evaluator, &group, &measured, &bar)?);
    }
    bar.finish_and_clear();
    Ok(Outcome {
        data: evaluator.data_name(),
        frames: evaluator.frames(),
        size: evaluator.size(),
        seed: evaluator.seed(),
        feature_network: evaluator.feature_network(),
        segmenter: evaluator.segmenter(),
        engine,
        missing: evaluator.shortfall().clone(),
        rows,
        real_pictures: evaluator.real_scores(),
        differences,
        shown: evaluator.shown().to_vec(),
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

/// Groups the rows of different models under the same condition. Checkpoints of a run are not compared with each
/// other.
fn groups(plan: &[Planned]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, row) in plan.iter().enumerate() {
        if !matches!(row.source, Source::Model(_)) {
            continue;
        }
        let is_alike = |group: &&mut Vec<usize>| plan[group[0]].condition == row.condition;
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

fn compare(
    evaluator: &Evaluator,
    group: &[usize],
    measured: &[Measured],
    bar: &ProgressBar,
) -> Result<Vec<Difference>> {
    let entry = |&row: &usize| Entry {
        scores: &measured[row].scores,
        pictures: &measured[row].pictures,
    };
    let entries: Vec<Entry<'_>> = group.iter().map(entry).collect();
    let found = bootstrap::differences(&entries, evaluator.real_features(), evaluator.seed(), bar)?;
    let of_rows = |difference: Difference| Difference {
        from: group[difference.from],
        to: group[difference.to],
        ..difference
    };
    Ok(found.into_iter().map(of_rows).collect())
}
