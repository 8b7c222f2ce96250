//! What was asked for and is not there: labels that a dataset should have, and that no frame has.

use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use multicond::label::Label;

use super::{coverage::Coverage, each_frame};
use crate::data::{
    Dataset, Part, Sample,
    layouts::{OBJECTS, Unfilled},
};

/// Frames that are read at once, while some label is still unseen.
const AT_ONCE: usize = 64;

/// Which labels have a value, and whether there are objects, in the frames seen so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) labels: Vec<Coverage>,
    objects: bool,
    frames: usize,
}

impl Seen {
    pub(super) fn none(labels: &[Label]) -> Self {
        Self {
            labels: Coverage::none(labels),
            objects: false,
            frames: 0,
        }
    }

    /// What one frame with these labels has.
    pub(super) fn of(sample: &Sample, labels: &[Label]) -> Self {
        Self {
            labels: Coverage::of(sample, labels),
            objects: sample
                .instances
                .as_ref()
                .is_some_and(|objects| objects.iter().any(|&object| object != 0)),
            frames: 1,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let mine = self.labels.iter_mut();
        mine.zip(&other.labels)
            .for_each(|(mine, other)| mine.add(other));
        self.objects |= other.objects;
        self.frames += other.frames;
    }
}

/// Describes what the dataset's settings ask for and its files do not have.
pub(super) fn of_settings(part: &Part) -> impl Iterator<Item = String> {
    let unfilled = part.unfilled().iter();
    unfilled.map(|Unfilled { label, reason }| format!("label `{label}`: {reason}"))
}

/// Describes the labels that had no value in any of the frames seen.
pub(super) fn never_seen(part: &Part, labels: &[Label], seen: &Seen) -> Vec<String> {
    let frames = match seen.frames {
        // No frame could be read, which is another problem.
        0 => return Vec::new(),
        1 => "the only frame".to_owned(),
        count => format!("any of {count} frames"),
    };
    let unseen = labels.iter().zip(&seen.labels);
    let unseen = unseen.filter(|(_, coverage)| coverage.share() == 0.0);
    let mut missing: Vec<String> = unseen
        .map(|(label, _)| {
            let mut text = format!(
                "label `{}`: has no value in {frames}; looked for in {}",
                label.name,
                part.sources(label)
            );
            if label.classes().is_some() {
                for rule in part.unmatched() {
                    text += &format!("; {rule}");
                }
            }
            text
        })
        .collect();
    if part.has_instances() && !seen.objects {
        missing.push(format!("label `{OBJECTS}`: no object in {frames}"));
    }
    missing
}

/// Refuses a dataset that lacks what was asked for: the labels in `chosen`, or if the user chose none, all that the
/// dataset lists and its settings ask for. Of several parts, each must have a value of those of the labels that it
/// lists. Frames are read only until every label has been seen; in most datasets that is one. Those that cannot be read
/// are skipped.
///
/// # Errors
/// When a label has no value in any frame, or the settings ask for one that the dataset does not have.
pub fn require_filled(dataset: &Dataset, chosen: Option<&[Label]>) -> Result<()> {
    for part in dataset.parts() {
        require_part(part, chosen)?;
    }
    Ok(())
}

fn require_part(part: &Part, chosen: Option<&[Label]>) -> Result<()> {
    let labels: Vec<Label> = match chosen {
        Some(chosen) => {
            let own = chosen
                .iter()
                .filter_map(|label| part.own_label(&label.name));
            own.cloned().collect()
        }
        None => part.labels().to_vec(),
    };
    let needs_objects = chosen.is_none() && part.has_instances();
    let frames = part.frames().len();
    // Spread over the dataset, because a label may be missing from a whole part of it.
    let step = frames.div_ceil(AT_ONCE);
    let mut order = (0..step).flat_map(|first| (first..frames).step_by(step));
    let mut seen = Seen::none(&labels);
    let mut count = 1;
    let is_unseen = |coverage: &Coverage| coverage.share() == 0.0;
    while seen.labels.iter().any(is_unseen) || needs_objects && !seen.objects {
        let next: Vec<usize> = order.by_ref().take(count).collect();
        if next.is_empty() {
            break;
        }
        count = AT_ONCE;
        let schema = labels.clone();
        let look = move |part: &Part, index: usize| {
            let sample = part.read_through(index, &schema, |sample| sample).ok()?;
            Some(Seen::of(&sample, &schema))
        };
        each_frame(part, next, &ProgressBar::hidden(), look, |_, found| {
            if let Some(found) = found {
                seen.add(&found);
            }
            Ok(())
        })?;
    }
    seen.objects |= !needs_objects;
    let mut missing = never_seen(part, &labels, &seen);
    if chosen.is_none() {
        missing.extend(of_settings(part));
    }
    ensure!(
        missing.is_empty(),
        "{}: {}; give --allow-missing to go on without",
        part.root().display(),
        missing.join("; ")
    );
    Ok(())
}
