//! What of a model's labels and classes a dataset does not have. A model takes it as missing, and users are told.

use std::fmt::{self, Write};

use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use multicond::label::Label;
use serde::Serialize;

use super::each_frame;
use crate::{
    data::{
        Dataset, Part, UnfitClass,
        classes::ClassList,
        derive::{Way, ways},
        layouts::Unfilled,
    },
    readable::percent,
};

/// Frames that are read to tell how common a class is.
const SAMPLED: usize = 64;
/// Names in a message.
const NAMED: usize = 20;

/// A label that a dataset does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AbsentLabel {
    /// Name of the dataset.
    pub dataset: String,
    /// Name of the label.
    pub label: String,
    /// Why it is not there although the dataset's settings ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ways to derive it from what is there: for each the values of `--derive`, in order.
    pub derive: Vec<Way>,
}

/// What of a model's labels and classes a dataset does not have.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Shortfall {
    /// Labels that the dataset, or one of several, does not have.
    pub labels: Vec<AbsentLabel>,
    /// Classes of the dataset that are none of the model's.
    pub classes: Vec<UnfitClass>,
}

impl Shortfall {
    /// What a dataset lacks of these labels, without shares of classes.
    ///
    /// # Errors
    /// When the user's table of classes names a class that the labels do not have.
    pub fn of(dataset: &Dataset, labels: &[Label]) -> Result<Self> {
        let mut absent = Vec::new();
        for part in dataset.parts() {
            for label in labels {
                if let Some(own) = part.own_label(&label.name) {
                    check_table(part, own, label)?;
                    continue;
                }
                let mut unfilled = part.unfilled().iter();
                let unfilled = unfilled.find(|unfilled| unfilled.label == label.name);
                absent.push(AbsentLabel {
                    dataset: part.name().into(),
                    label: label.name.clone(),
                    reason: unfilled.map(|Unfilled { reason, .. }| reason.clone()),
                    derive: ways(&label.name, part.labels()),
                });
            }
        }
        Ok(Self {
            labels: absent,
            classes: dataset.unfit_classes(labels),
        })
    }

    /// As [`Shortfall::of`], with the shares of classes in some frames that are read for that, if there is any such
    /// class.
    ///
    /// # Errors
    /// As [`Shortfall::of`]. Frames that cannot be read are skipped.
    pub fn sampled(dataset: &Dataset, labels: &[Label]) -> Result<Self> {
        let mut found = Self::of(dataset, labels)?;
        if !found.classes.is_empty() {
            let dataset = dataset.with_missing(labels);
            let all = dataset.frames().len();
            let count = all.min(SAMPLED);
            let chosen = (0..count).map(|number| number * all / count).collect();
            let schema: Vec<Label> = labels
                .iter()
                .filter(|l| l.classes().is_some())
                .cloned()
                .collect();
            let look = move |dataset: &Dataset, index: usize| {
                // Only for the counts.
                drop(dataset.read_whole(index, &schema));
            };
            each_frame(&dataset, chosen, &ProgressBar::hidden(), look, |_, ()| {
                Ok(())
            })?;
            found.classes = dataset.unfit_classes(labels);
        }
        Ok(found)
    }

    /// Adds what is not in it yet.
    pub fn add(&mut self, other: Self) {
        for label in other.labels {
            if !self.labels.contains(&label) {
                self.labels.push(label);
            }
        }
        for class in other.classes {
            let is_it = |known: &UnfitClass| {
                known.dataset == class.dataset
                    && known.label == class.label
                    && known.class == class.class
            };
            match self.classes.iter_mut().find(|known| is_it(known)) {
                Some(known) => known.share = class.share.or(known.share),
                None => self.classes.push(class),
            }
        }
    }

    /// A line for each dataset that lacks labels.
    pub fn of_labels(&self) -> String {
        let mut text = String::new();
        for (dataset, group) in grouped(&self.labels, |absent| absent.dataset.clone()) {
            let names = group.iter().map(|absent| {
                let derive = absent.derive.iter().map(Way::to_string).collect::<Vec<_>>();
                let mut notes: Vec<String> = absent.reason.iter().cloned().collect();
                if !derive.is_empty() {
                    notes.push(format!("{} computes it", derive.join(" or ")));
                }
                match notes.is_empty() {
                    true => absent.label.clone(),
                    false => format!("{} ({})", absent.label, notes.join("; ")),
                }
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "{dataset}: has no label {names}: missing there");
        }
        text
    }

    /// A line for each label of a dataset with classes that are none of the model's and occur in what was read.
    pub fn of_classes(&self) -> String {
        let mut text = String::new();
        let key = |class: &UnfitClass| (class.dataset.clone(), class.label.clone());
        let occurring = self.classes.iter().filter(|class| class.share != Some(0.0));
        let occurring: Vec<UnfitClass> = occurring.cloned().collect();
        for ((dataset, label), mut group) in grouped(&occurring, key) {
            group.sort_by(|a, b| b.share.unwrap_or(0.0).total_cmp(&a.share.unwrap_or(0.0)));
            let mut names: Vec<String> = group
                .iter()
                .take(NAMED)
                .map(|UnfitClass { class, share, .. }| match share {
                    Some(share) => format!("{class} {}", percent(*share)),
                    None => class.clone(),
                })
                .collect();
            if group.len() > NAMED {
                names.push(format!("{} more", group.len() - NAMED));
            }
            let all: f64 = group.iter().filter_map(|class| class.share).sum();
            let share = match group.iter().any(|class| class.share.is_some()) {
                true => format!(", at {} of the pixels", percent(all)),
                false => String::new(),
            };
            let _ = writeln!(
                text,
                "{dataset}: classes of {label} that are none of those used, missing there{share}: {} (--class-table \
                 says which they are)",
                names.join(", ")
            );
        }
        text
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of_labels())?;
        f.write_str(&self.of_classes())
    }
}

/// Items by a key, in the order in which keys occur first.
fn grouped<T, K: PartialEq>(items: &[T], key: impl Fn(&T) -> K) -> Vec<(K, Vec<&T>)> {
    let mut groups: Vec<(K, Vec<&T>)> = Vec::new();
    for item in items {
        let key = key(item);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

/// Checks that what the table of classes makes of classes are classes of `label`.
fn check_table(part: &Part, own: &Label, label: &Label) -> Result<()> {
    let (Some(classes), Some(known)) = (own.classes(), label.classes()) else {
        return Ok(());
    };
    let list = ClassList::new(known);
    let meanings = part.classes().meanings(classes);
    for (class, becomes) in classes.iter().zip(meanings) {
        if let Some(becomes) = becomes
            && becomes != class
        {
            ensure!(
                list.find(becomes).is_some(),
                "the table of classes makes `{class}` of {} `{becomes}`, which is none of the classes of `{}`: {}",
                part.name(),
                label.name,
                known.join(", ")
            );
        }
    }
    Ok(())
}

/// Refuses a dataset that lacks classes which the user names, so that they would never occur.
///
/// # Errors
/// When no class of the dataset is one of these.
pub fn require_classes(dataset: &Dataset, label: &Label) -> Result<()> {
    let names = label.classes().unwrap_or_default();
    let list = ClassList::new(names);
    let mut is_there = vec![false; names.len()];
    for part in dataset.parts() {
        let own = part.own_label(&label.name).and_then(Label::classes);
        let meanings = part.classes().meanings(own.unwrap_or_default());
        for id in meanings
            .into_iter()
            .flatten()
            .filter_map(|name| list.find(name))
        {
            is_there[id] = true;
        }
    }
    let lacking = names.iter().zip(is_there).filter(|(_, is_there)| !is_there);
    let lacking: Vec<&str> = lacking.map(|(name, _)| name.as_str()).collect();
    ensure!(
        lacking.is_empty(),
        "{}: no class of `{}` is {}; give --allow-missing to go on without",
        dataset.place(),
        label.name,
        lacking.join(", ")
    );
    Ok(())
}
