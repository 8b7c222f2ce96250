//! Datasets as used in training, evaluation and the `data` commands: one part, or several whose labels and classes meet
//! by name.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use multicond::{
    Size,
    label::{Label, LabelMap},
};

use super::{
    PathFrame, Sample,
    classes::{ClassMap, Tally, UnfitClass, join},
    epoch::Epochs,
    mixture,
    names::label_names,
    part::{OpenOptions, Part, listed},
    pose,
    resize::resize,
};

/// Frames and their labels. Clones share open files.
#[derive(Clone, Debug)]
pub struct Dataset {
    parts: Arc<[Part]>,
    /// How often a frame of each part is seen in an epoch of training.
    weights: Arc<[f64]>,
    frames: Arc<[String]>,
    /// The part of each frame, and its index there.
    places: Arc<[(usize, usize)]>,
    labels: Vec<Label>,
    unused_rules: Vec<String>,
    tally: Tally,
}

impl Dataset {
    /// Opens a folder or file with default options.
    ///
    /// # Errors
    /// As [`Dataset::open_with`].
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_with(root, &OpenOptions::default())
    }

    /// Opens a folder or file, or the datasets that a `.toml` file lists.
    ///
    /// # Errors
    /// When a layout is not recognised or invalid, a dataset has splits and none is chosen, a listed frame does
    /// not exist, a label would be derived from one that does not exist, or labels of one name do not fit each other.
    pub fn open_with(root: &Path, options: &OpenOptions) -> Result<Self> {
        mixture::open(&[root], options)
    }

    /// Opens several folders or files as one dataset. Their classes meet by name, or by `options.class_table`.
    ///
    /// # Errors
    /// As [`Dataset::open_with`].
    pub fn open_all(roots: &[impl AsRef<Path>], options: &OpenOptions) -> Result<Self> {
        let roots: Vec<&Path> = roots.iter().map(AsRef::as_ref).collect();
        mixture::open(&roots, options)
    }

    /// Joins parts, whose names are unique, with their weights. `list` is a file of the frames to use.
    pub(super) fn join(parts: Vec<(Part, f64)>, list: Option<&Path>) -> Result<Self> {
        let (mut parts, mut weights): (Vec<Part>, Vec<f64>) = parts.into_iter().unzip();
        if parts.len() > 1 {
            parts = parts.into_iter().map(Part::with_names_in_front).collect();
        }
        let places = |parts: &[Part]| -> Vec<(usize, usize)> {
            let numbered = parts.iter().enumerate();
            let places = numbered
                .map(|(number, part)| (0..part.frames().len()).map(move |index| (number, index)));
            places.flatten().collect()
        };
        let mut all = places(&parts);
        if let Some(list) = list {
            let names: Vec<String> = parts.iter().flat_map(Part::frames).cloned().collect();
            let chosen: Vec<(usize, usize)> = listed(list, &names)?
                .into_iter()
                .map(|index| all[index])
                .collect();
            (parts, weights, all) = select(&parts, &weights, &chosen);
        }
        let frames = all
            .iter()
            .map(|&(part, index)| parts[part].frames()[index].clone());
        Ok(Self {
            labels: labels_of(&parts)?,
            frames: frames.collect(),
            places: all.into(),
            parts: parts.into(),
            weights: weights.into(),
            tally: Tally::default(),
            unused_rules: Vec::new(),
        })
    }

    pub(super) fn with_unused_rules(self, unused_rules: Vec<String>) -> Self {
        Self {
            unused_rules,
            ..self
        }
    }

    /// What the user's table of classes says about classes and datasets that are not there.
    pub fn unused_rules(&self) -> &[String] {
        &self.unused_rules
    }

    /// Display name, from the last parts of the paths.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.parts.iter().map(Part::name).collect();
        names.join(" + ")
    }

    /// What it is made from; at least one part.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Its labels, including derived ones: those of the first part, then those that others add.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The label with a name.
    ///
    /// # Errors
    /// When there is no such label; the message lists all labels.
    pub fn label(&self, name: &str) -> Result<&Label> {
        let found = self.labels.iter().find(|label| label.name == name);
        found.with_context(|| {
            format!(
                "{}: has no label `{name}`; it has {}",
                self.place(),
                if self.labels.is_empty() {
                    "none".into()
                } else {
                    label_names(&self.labels)
                }
            )
        })
    }

    /// The first label of classes, if there is one.
    pub fn class_label(&self) -> Option<&Label> {
        self.labels.iter().find(|label| label.classes().is_some())
    }

    /// Adds these labels without any value, unless it has labels of their names. What is read is counted anew.
    #[must_use]
    pub fn with_missing(&self, labels: &[Label]) -> Self {
        let mut more = self.clone();
        let is_new = |label: &&Label| self.label(&label.name).is_err();
        more.labels.extend(labels.iter().filter(is_new).cloned());
        more.tally = Tally::default();
        more
    }

    /// The derived labels, as `NAME=METHOD`.
    pub(super) fn derived(&self) -> Vec<String> {
        let mut derived: Vec<String> = Vec::new();
        for text in self.parts.iter().flat_map(Part::derived) {
            if !derived.contains(&text) {
                derived.push(text);
            }
        }
        derived
    }

    /// Names of the frames, in a stable order. With several parts, the part's name comes first.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }

    /// Its parts, with the numbers of their frames and of their pictures in an epoch of training.
    pub fn shares(&self) -> Vec<(&Part, usize, usize)> {
        let counts = self.epochs().counts();
        let rows = self.parts.iter().zip(counts);
        rows.map(|(part, (frames, pictures))| (part, frames, pictures))
            .collect()
    }

    /// The order of its frames in training.
    pub(super) fn epochs(&self) -> Epochs {
        let mut frames = vec![Vec::new(); self.parts.len()];
        for (index, (part, _)) in self.places.iter().enumerate() {
            frames[*part].push(index);
        }
        Epochs::new(
            frames
                .into_iter()
                .zip(self.weights.iter().copied())
                .collect(),
        )
    }

    /// The default picture size for training, that of the first part.
    pub fn training_size(&self) -> Size {
        self.parts[0].training_size()
    }

    /// Whether at least some of its frames have objects.
    pub(super) fn has_instances(&self) -> bool {
        self.parts.iter().any(Part::has_instances)
    }

    /// The user's rules, such as colours of classes, that nothing matched in the frames read so far.
    pub fn unmatched(&self) -> Vec<String> {
        self.parts.iter().flat_map(Part::unmatched).collect()
    }

    /// Whether a label's values are exactly representable in its PNG code, in every part.
    pub(super) fn is_coded(&self, label: &Label) -> bool {
        self.parts
            .iter()
            .all(|part| match part.own_label(&label.name) {
                Some(own) => own.png == label.png && part.is_coded(own),
                None => label.png.is_some_and(|code| code.missing.is_some()),
            })
    }

    /// The camera path that a frame is of, and its place there. Paths of several parts have different names.
    ///
    /// # Errors
    /// When the camera's file is damaged.
    pub fn path_frame(&self, index: usize) -> Result<Option<PathFrame>> {
        let (number, frame) = self.places[index];
        let part = &self.parts[number];
        let found = part.path_frame(frame)?;
        Ok(found.map(|found| match self.parts.len() {
            1 => found,
            _ => PathFrame {
                sequence: format!("{}/{}", part.name(), found.sequence),
                ..found
            },
        }))
    }

    /// The same frames, of which those of a camera path follow each other; and their places there.
    ///
    /// # Errors
    /// When a camera's file is damaged.
    pub fn along_paths(&self) -> Result<(Self, Vec<Option<PathFrame>>)> {
        let places = (0..self.frames.len()).map(|index| self.path_frame(index));
        let places: Vec<Option<PathFrame>> = places.collect::<Result<_>>()?;
        let order = pose::order(&places);
        let ordered = Self {
            frames: order
                .iter()
                .map(|&index| self.frames[index].clone())
                .collect(),
            places: order.iter().map(|&index| self.places[index]).collect(),
            ..self.clone()
        };
        Ok((
            ordered,
            order.iter().map(|&index| places[index].clone()).collect(),
        ))
    }

    /// The label of depth to the camera's plane in metres, if there is one.
    pub fn depth_label(&self) -> Option<&Label> {
        let depth = Label::depth();
        let is_depth = |label: &&Label| label.is_same_data(&depth) && label.unit() == depth.unit();
        self.labels.iter().find(is_depth)
    }

    /// Paths of its parts, for messages.
    pub(super) fn place(&self) -> String {
        let roots = self
            .parts
            .iter()
            .map(|part| part.root().display().to_string());
        roots.collect::<Vec<_>>().join(", ")
    }

    /// Reads a frame at a size, with these labels in this order. Frames with another aspect ratio are centre-cropped.
    /// Classes become those of the same name in the labels given; what is none of them is missing, and so is a label
    /// that another part has.
    ///
    /// # Errors
    /// When a file is missing or damaged, the files of the frame differ in size, or a label is not in the data or has
    /// other values there.
    pub fn read(&self, index: usize, schema: &[Label], size: Size) -> Result<Sample> {
        self.read_through(index, schema, |sample| resize(sample, size))
    }

    /// Reads a frame at its original size.
    ///
    /// # Errors
    /// As [`Dataset::read`].
    pub fn read_whole(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        self.read_through(index, schema, |sample| sample)
    }

    fn read_through(
        &self,
        index: usize,
        schema: &[Label],
        resize: impl FnOnce(Sample) -> Sample,
    ) -> Result<Sample> {
        for label in schema {
            same_values(self.label(&label.name)?, label).with_context(|| self.place())?;
        }
        let (number, frame) = self.places[index];
        let part = &self.parts[number];
        let mut own: Vec<Label> = Vec::with_capacity(schema.len());
        for label in schema {
            if let Some(label) = part.own_label(&label.name)
                && !own.contains(label)
            {
                own.push(label.clone());
            }
        }
        let mut sample = part.read_through(frame, &own, resize)?;
        let (_, height, width) = sample.picture.dim();
        let read = std::mem::take(&mut sample.labels);
        let as_asked = |label: &Label| {
            let Some(place) = own.iter().position(|own| own.name == label.name) else {
                return LabelMap::missing(label, width, height);
            };
            let mut map = read[place].clone();
            if let LabelMap::Classes(ids) = &mut map
                && let Some(classes) = ClassMap::new(&own[place], part.classes(), label)
            {
                let lost = classes.apply(ids);
                self.tally.add(number, &label.name, width * height, &lost);
            }
            map
        };
        sample.labels = schema.iter().map(as_asked).collect();
        Ok(sample)
    }

    /// The classes of its parts that are none of those of these labels, with their shares of the pixels read so far.
    pub fn unfit_classes(&self, labels: &[Label]) -> Vec<UnfitClass> {
        let mut unfit = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            for label in labels {
                let Some(own) = part.own_label(&label.name) else {
                    continue;
                };
                let Some(map) = ClassMap::new(own, part.classes(), label) else {
                    continue;
                };
                unfit.extend(map.unfit().map(|class| UnfitClass {
                    dataset: part.name().into(),
                    label: label.name.clone(),
                    class: own.classes().unwrap_or_default()[class].clone(),
                    share: self.tally.share(number, &label.name, class),
                }));
            }
        }
        unfit
    }
}

/// Parts with only these frames, given by part and index; the weights of those that are left; and the frames' places.
fn select(
    parts: &[Part],
    weights: &[f64],
    chosen: &[(usize, usize)],
) -> (Vec<Part>, Vec<f64>, Vec<(usize, usize)>) {
    let (mut left, mut left_weights) = (Vec::new(), Vec::new());
    let mut places = vec![(0, 0); chosen.len()];
    for (number, (part, weight)) in parts.iter().zip(weights).enumerate() {
        let mut indices = Vec::new();
        for (place, (_, index)) in places.iter_mut().zip(chosen).filter(|(_, c)| c.0 == number) {
            *place = (left.len(), indices.len());
            indices.push(*index);
        }
        if !indices.is_empty() {
            left.push(part.choose(&indices));
            left_weights.push(*weight);
        }
    }
    (left, left_weights, places)
}

/// The labels of all parts.
fn labels_of(parts: &[Part]) -> Result<Vec<Label>> {
    let mut labels: Vec<Label> = Vec::new();
    for part in parts {
        for own in part.labels() {
            match labels.iter().find(|label| label.name == own.name) {
                Some(label) => same_values(label, own)
                    .with_context(|| format!("{} and {}", parts[0].name(), part.name()))?,
                None => labels.push(own.clone()),
            }
        }
    }
    let is_alone = parts.len() == 1 && parts[0].classes().is_empty();
    for label in labels
        .iter_mut()
        .filter(|label| !is_alone && label.classes().is_some())
    {
        let lists = parts.iter().filter_map(|part| {
            let classes = part.own_label(&label.name)?.classes()?;
            let meanings = part.classes().meanings(classes);
            Some(meanings.into_iter().flatten().collect())
        });
        let classes = join(lists);
        ensure!(
            !classes.is_empty(),
            "label `{}`: the table of classes drops all of its classes",
            label.name
        );
        *label = label.clone().with_classes(classes);
    }
    Ok(labels)
}

/// Checks that values of one label can be taken for those of another: both are classes, or numbers of the same
/// channels and unit.
fn same_values(known: &Label, other: &Label) -> Result<()> {
    let kind = |label: &Label| match label.unit() {
        None => "classes".to_owned(),
        Some(unit) => format!("{} channels in `{unit}`", label.channels()),
    };
    ensure!(
        kind(known) == kind(other),
        "label `{}`: {} cannot be taken for {}",
        known.name,
        kind(known),
        kind(other)
    );
    Ok(())
}
