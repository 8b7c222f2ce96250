//! One of the folders or files that a dataset is made from: a layout, the selected frames, and derived labels. Its
//! labels have its own classes.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    Size,
    label::{Axes, Label},
};
use multicond_format::storage::read_text;

use super::{
    PathFrame, Sample,
    classes::{ClassTable, PartClasses},
    derive::{self, Derivation},
    layouts::{self, Choices, Format, Layout, OBJECTS, Unfilled},
    source::Source,
};

/// Options for opening a folder or file; all are optional.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The layout; detected from the files if absent.
    pub format: Option<Format>,
    /// The dataset split, or `all`.
    pub split: Option<String>,
    /// A text file that lists the frames to use, one name per line. If several datasets are opened together, it lists
    /// frames of all of them.
    pub frames: Option<PathBuf>,
    /// Number of classes, for datasets with several class sets.
    pub classes: Option<usize>,
    /// What classes are, if their names do not say it.
    pub class_table: ClassTable,
    /// The axes of the normals in the files of the Taskonomy layout.
    pub normal_axes: Option<Axes>,
    /// Labels to derive, in this order; each may use the ones before it.
    pub derive: Vec<Derivation>,
    /// The horizontal field of view in degrees, for data without camera parameters.
    pub field_of_view: Option<f32>,
}

/// Frames and their labels, from one folder or file. Clones share open files.
#[derive(Clone, Debug)]
pub struct Part {
    name: String,
    root: PathBuf,
    format: Format,
    layout: Arc<dyn Layout>,
    /// Indices of the selected frames in the layout.
    chosen: Vec<usize>,
    /// Their names, unique in the dataset that this is a part of.
    frames: Vec<String>,
    labels: Vec<Label>,
    classes: PartClasses,
    unfilled: Vec<Unfilled>,
    derive: Arc<[Derivation]>,
    field_of_view: Option<f32>,
}

impl Part {
    /// Opens a folder or file.
    ///
    /// # Errors
    /// When the layout is not recognised or invalid, the dataset has splits and none is chosen, a listed frame does
    /// not exist, or a label would be derived from one that does not exist.
    pub(super) fn open(root: &Path, options: &OpenOptions) -> Result<Self> {
        let format = match options.format {
            Some(format) => format,
            None => Format::recognise(root)?,
        };
        let choices = Choices {
            classes: options.classes,
            normal_axes: options.normal_axes,
        };
        let layout = layouts::open(root, format, choices)?;
        let chosen = choose_split(root, layout.as_ref(), options.split.as_deref())?;
        ensure!(!chosen.is_empty(), "{}: has no frames", root.display());
        let labels = derive::labels(&layout.contents().labels, &options.derive)
            .with_context(|| root.display().to_string())?;
        let is_there = |name: &str| labels.iter().any(|label| label.name == name);
        let derives_objects = options.derive.iter().any(Derivation::makes_objects);
        let mut unfilled = layout.contents().unfilled.clone();
        unfilled.retain(|Unfilled { label, .. }| match label.as_str() {
            OBJECTS => !derives_objects,
            label => !is_there(label),
        });
        let name = |&index: &usize| layout.contents().frames[index].name.clone();
        let part = Self {
            name: last_parts(root),
            root: root.to_owned(),
            format,
            classes: PartClasses::default(),
            frames: chosen.iter().map(name).collect(),
            chosen,
            labels,
            unfilled,
            derive: options.derive.clone().into(),
            field_of_view: options.field_of_view,
            layout,
        };
        match &options.frames {
            Some(list) => Ok(part.choose(&listed(list, &part.frames)?)),
            None => Ok(part),
        }
    }

    /// Only these of its frames, in this order, by index.
    pub(super) fn choose(&self, indices: &[usize]) -> Self {
        Self {
            chosen: indices.iter().map(|&index| self.chosen[index]).collect(),
            frames: indices
                .iter()
                .map(|&index| self.frames[index].clone())
                .collect(),
            ..self.clone()
        }
    }

    /// Display name, from the last parts of the path if the user chose none.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn with_name(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// Puts its name before those of its frames, which keeps them apart from those of other parts.
    pub(super) fn with_names_in_front(mut self) -> Self {
        for frame in &mut self.frames {
            *frame = format!("{}/{frame}", self.name);
        }
        self
    }

    /// Says which classes its own ones are.
    pub(super) fn with_classes(self, classes: PartClasses) -> Self {
        Self { classes, ..self }
    }

    /// Which classes its own ones are.
    pub(super) fn classes(&self) -> &PartClasses {
        &self.classes
    }

    /// Its layout.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Its labels, including derived ones.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Its own label of this name, if it has one.
    pub(super) fn own_label(&self, name: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.name == name)
    }

    /// The derived labels, as `NAME=METHOD`.
    pub(super) fn derived(&self) -> Vec<String> {
        self.derive.iter().map(ToString::to_string).collect()
    }

    /// Names of the frames, in a stable order.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }

    /// The default picture size for training.
    pub fn training_size(&self) -> Size {
        self.layout.training_size()
    }

    /// Identifies the dataset, to check it when preparing is resumed.
    pub(super) fn source(&self) -> Source {
        Source::new(
            &self.root,
            self.format,
            self.field_of_view,
            self.classes.clone(),
        )
    }

    /// Whether at least some of its frames have objects.
    pub(super) fn has_instances(&self) -> bool {
        let derives_objects = self.derive.iter().any(Derivation::makes_objects);
        self.layout.contents().has_instances || derives_objects
    }

    /// Its folder or file.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The labels that its settings ask for, and that neither its files have nor a derivation makes.
    pub(super) fn unfilled(&self) -> &[Unfilled] {
        &self.unfilled
    }

    /// The user's rules, such as colours of classes, that nothing matched in the frames read so far.
    pub fn unmatched(&self) -> Vec<String> {
        self.layout.unmatched()
    }

    /// What a label's values are read or computed from, for messages.
    pub(super) fn sources(&self, label: &Label) -> String {
        match self
            .derive
            .iter()
            .find(|derivation| derivation.makes(label))
        {
            Some(derivation) => format!("`{derivation}`"),
            None => format!("files such as {}", self.file(0, label).display()),
        }
    }

    /// The file of a frame's label, or the file it is derived from, for messages.
    pub(super) fn file(&self, index: usize, label: &Label) -> PathBuf {
        self.layout.file(self.chosen[index], label)
    }

    /// What is wrong with a frame's files although it can be read.
    pub(super) fn doubts(&self, index: usize) -> Vec<String> {
        self.layout.doubts(self.chosen[index])
    }

    /// Whether a label's values are exactly representable in its PNG code.
    pub(super) fn is_coded(&self, label: &Label) -> bool {
        let derived = self.derive.iter().any(|derivation| derivation.makes(label));
        !derived && self.layout.is_coded(label)
    }

    /// The camera path that a frame is of, and its place there.
    pub(super) fn path_frame(&self, index: usize) -> Result<Option<PathFrame>> {
        self.layout.path_frame(self.chosen[index])
    }

    /// Reads a frame with these of its labels in this order; `resize` changes the size of what was read.
    pub(super) fn read_through(
        &self,
        index: usize,
        labels: &[Label],
        resize: impl FnOnce(Sample) -> Sample,
    ) -> Result<Sample> {
        let plan = derive::plan(labels, &self.layout.contents().labels, &self.derive);
        let mut sample = self.layout.read(self.chosen[index], &plan.read)?;
        sample.name.clone_from(&self.frames[index]);
        if sample.camera.is_none() {
            sample.camera = self.camera(&sample);
        }
        derive::apply(sample, &plan, labels, resize)
            .with_context(|| format!("{}: frame `{}`", self.root.display(), self.frames[index]))
    }

    /// Reads a frame with all of its labels at its original size.
    ///
    /// # Errors
    /// When a file is missing or damaged, or the files of the frame differ in size.
    pub(super) fn read_whole(&self, index: usize) -> Result<Sample> {
        self.read_through(index, &self.labels, |sample| sample)
    }

    fn camera(&self, sample: &Sample) -> Option<super::Intrinsics> {
        let (_, height, width) = sample.picture.dim();
        let degrees = self.field_of_view?;
        Some(super::Intrinsics::from_horizontal_fov(
            degrees, width, height,
        ))
    }
}

/// The last two components of a path.
fn last_parts(root: &Path) -> String {
    let root = root.canonicalize().unwrap_or(root.to_owned());
    let mut parts = root.components().rev().take(2).collect::<Vec<_>>();
    parts.reverse();
    parts.iter().collect::<PathBuf>().display().to_string()
}

/// Indices of the frames of a split. To use all splits together, `all` must be given explicitly.
fn choose_split(root: &Path, layout: &dyn Layout, wanted: Option<&str>) -> Result<Vec<usize>> {
    let frames = &layout.contents().frames;
    let mut splits: Vec<&str> = Vec::new();
    for split in frames.iter().filter_map(|entry| entry.split.as_deref()) {
        if !splits.contains(&split) {
            splits.push(split);
        }
    }
    let all = || (0..frames.len()).collect();
    match wanted {
        Some("all") => Ok(all()),
        None if splits.len() < 2 => Ok(all()),
        None => bail!(
            "{}: has the splits {}; choose one with --split, or `all`",
            root.display(),
            splits.join(", ")
        ),
        Some(wanted) if splits.contains(&wanted) => {
            let is_in = |&index: &usize| frames[index].split.as_deref() == Some(wanted);
            Ok((0..frames.len()).filter(is_in).collect())
        }
        Some(wanted) if splits.is_empty() => bail!(
            "{}: has no splits, so there is no split `{wanted}`",
            root.display()
        ),
        Some(wanted) => bail!(
            "{}: has no split `{wanted}`, but {}",
            root.display(),
            splits.join(", ")
        ),
    }
}

/// Indices of the frames in a list, in the order of the list.
pub(super) fn listed(list: &Path, frames: &[String]) -> Result<Vec<usize>> {
    let text = read_text(list)?;
    let names = frames.iter().enumerate();
    let by_name: HashMap<&str, usize> = names.map(|(index, name)| (name.as_str(), index)).collect();
    let lines = text.lines().map(str::trim).enumerate();
    let chosen: Vec<usize> = lines
        .filter(|(_, name)| !name.is_empty())
        .map(|(line, name)| {
            by_name.get(name).copied().with_context(|| {
                format!("{}: line {}: no frame `{name}`", list.display(), line + 1)
            })
        })
        .collect::<Result<_>>()?;
    ensure!(!chosen.is_empty(), "{}: lists no frames", list.display());
    Ok(chosen)
}
