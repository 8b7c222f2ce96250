//! Datasets as used in training, evaluation and the `data` commands: a layout, the selected frames, and derived
//! labels.

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
    Sample,
    derive::{self, Derivation},
    layouts::{self, Choices, Format, Layout, OBJECTS, Unfilled},
    names::label_names,
    resize::resize,
    source::Source,
};

/// Options for opening a dataset; all are optional.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The layout; detected from the files if absent.
    pub format: Option<Format>,
    /// The dataset split, or `all`.
    pub split: Option<String>,
    /// A text file that lists the frames to use, one name per line.
    pub frames: Option<PathBuf>,
    /// Number of classes, for datasets with several class sets.
    pub classes: Option<usize>,
    /// The axes of the normals in the files of the Taskonomy layout.
    pub normal_axes: Option<Axes>,
    /// Labels to derive, in this order; each may use the ones before it.
    pub derive: Vec<Derivation>,
    /// The horizontal field of view in degrees, for data without camera parameters.
    pub field_of_view: Option<f32>,
}

/// Frames and their labels. Clones share open files.
#[derive(Clone, Debug)]
pub struct Dataset {
    root: PathBuf,
    format: Format,
    layout: Arc<dyn Layout>,
    /// Indices of the selected frames in the layout.
    chosen: Vec<usize>,
    frames: Vec<String>,
    labels: Vec<Label>,
    unfilled: Vec<Unfilled>,
    derive: Arc<[Derivation]>,
    field_of_view: Option<f32>,
}

impl Dataset {
    /// Opens a folder or file with default options.
    ///
    /// # Errors
    /// As [`Dataset::open_with`].
    pub fn open(root: &Path) -> Result<Self> {
        Self::open_with(root, &OpenOptions::default())
    }

    /// Opens a folder or file.
    ///
    /// # Errors
    /// When the layout is not recognised or invalid, the dataset has splits and none is chosen, a listed frame does
    /// not exist, or a label would be derived from one that does not exist.
    pub fn open_with(root: &Path, options: &OpenOptions) -> Result<Self> {
        let format = match options.format {
            Some(format) => format,
            None => Format::recognise(root)?,
        };
        let choices = Choices {
            classes: options.classes,
            normal_axes: options.normal_axes,
        };
        let layout = layouts::open(root, format, choices)?;
        let mut chosen = choose_split(root, layout.as_ref(), options.split.as_deref())?;
        if let Some(list) = &options.frames {
            chosen = choose_frames(list, layout.as_ref(), &chosen)?;
        }
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
        Ok(Self {
            root: root.to_owned(),
            format,
            frames: chosen.iter().map(name).collect(),
            chosen,
            labels,
            unfilled,
            derive: options.derive.clone().into(),
            field_of_view: options.field_of_view,
            layout,
        })
    }

    /// Display name, from the last parts of the path.
    pub fn name(&self) -> String {
        let root = self.root.canonicalize().unwrap_or(self.root.clone());
        let mut parts = root.components().rev().take(2).collect::<Vec<_>>();
        parts.reverse();
        parts.iter().collect::<PathBuf>().display().to_string()
    }

    /// Its layout.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Its labels, including derived ones.
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
                self.root.display(),
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
        Source::new(&self.root, self.format, self.field_of_view)
    }

    /// Whether at least some of its frames have objects.
    pub(super) fn has_instances(&self) -> bool {
        let derives_objects = self.derive.iter().any(Derivation::makes_objects);
        self.layout.contents().has_instances || derives_objects
    }

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

    /// Reads a frame at a size, with these labels in this order. Frames with another aspect ratio are centre-cropped.
    ///
    /// # Errors
    /// When a file is missing or damaged, the files of the frame differ in size, or a label is not in the data.
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
            self.check(label)?;
        }
        let plan = derive::plan(schema, &self.layout.contents().labels, &self.derive);
        let mut sample = self.layout.read(self.chosen[index], &plan.read)?;
        if sample.camera.is_none() {
            sample.camera = self.camera(&sample);
        }
        derive::apply(sample, &plan, schema, resize)
            .with_context(|| format!("{}: frame `{}`", self.root.display(), self.frames[index]))
    }

    /// Checks that a label exists and has the expected classes and channels.
    fn check(&self, label: &Label) -> Result<()> {
        let known = self.label(&label.name)?;
        ensure!(
            known.classes() == label.classes() && known.channels() == label.channels(),
            "{}: its label `{}` has other classes or channels than the one asked for",
            self.root.display(),
            label.name
        );
        Ok(())
    }

    fn camera(&self, sample: &Sample) -> Option<super::Intrinsics> {
        let (_, height, width) = sample.picture.dim();
        let degrees = self.field_of_view?;
        Some(super::Intrinsics::from_horizontal_fov(
            degrees, width, height,
        ))
    }
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
fn choose_frames(list: &Path, layout: &dyn Layout, among: &[usize]) -> Result<Vec<usize>> {
    let text = read_text(list)?;
    let names = among
        .iter()
        .map(|&index| (layout.contents().frames[index].name.as_str(), index));
    let by_name: HashMap<&str, usize> = names.collect();
    let lines = text.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, name)| !name.is_empty())
        .map(|(line, name)| {
            by_name.get(name).copied().with_context(|| {
                format!("{}: line {}: no frame `{name}`", list.display(), line + 1)
            })
        })
        .collect()
}
