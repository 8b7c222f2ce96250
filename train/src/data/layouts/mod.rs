//! Dataset layouts, one module each. All return the same type of sample: a picture and labels in physical units, with
//! NaN or the missing id for missing values.

mod camera_file;
mod cityscapes;
mod format;
mod frames;
mod instances;
mod nyu;
mod picture_file;
mod pictures;
pub(super) mod prepared;
mod table;
mod taskonomy;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    Size, files,
    label::{Axes, Label, LabelMap, PngCode},
};
use multicond_format::storage::read_text;

pub(crate) use self::cityscapes::id_label as cityscapes_ids;
pub use self::format::Format;
use self::prepared::Prepared;
use super::{PathFrame, Sample};

/// The code of files whose gray values are class ids.
pub(crate) fn plain_ids(missing: Option<u16>) -> PngCode {
    PngCode::linear(8, 0.0, 1.0).with_missing(missing)
}

/// The interface of a layout.
pub(super) trait Layout: fmt::Debug + Send + Sync {
    /// Its frames and labels.
    fn contents(&self) -> &Contents;

    /// The file of a frame's label, for messages.
    fn file(&self, index: usize, label: &Label) -> PathBuf;

    /// What is wrong with a frame's files although it can be read. Reading reports everything else.
    fn doubts(&self, _index: usize) -> Vec<String> {
        Vec::new()
    }

    /// Whether the label's values come from its PNG code, so that storing them in that code is lossless.
    fn is_coded(&self, _label: &Label) -> bool {
        false
    }

    /// The default picture size for training.
    fn training_size(&self) -> Size {
        Size {
            width: 256,
            height: 256,
        }
    }

    /// The user's rules, such as colours of classes, that nothing matched in the frames read so far.
    fn unmatched(&self) -> Vec<String> {
        Vec::new()
    }

    /// The camera path that a frame is of, and its place there.
    fn path_frame(&self, _index: usize) -> Result<Option<PathFrame>> {
        Ok(None)
    }

    /// Reads a frame at its original size, with these labels in this order.
    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample>;
}

/// The contents of a dataset, determined when it is opened.
#[derive(Debug)]
pub(super) struct Contents {
    /// Its frames, in a stable order.
    pub(super) frames: Vec<Entry>,
    /// The labels of its frames, in a stable order.
    pub(super) labels: Vec<Label>,
    /// Whether at least some frames have objects.
    pub(super) has_instances: bool,
    /// The labels that the dataset's settings ask for and that its files do not have.
    pub(super) unfilled: Vec<Unfilled>,
}

/// A label that the settings of a dataset ask for and that its files do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfilled {
    /// The label's name, or [`OBJECTS`].
    pub(super) label: String,
    /// What asks for it, and what was looked for.
    pub(super) reason: String,
}

/// The name of the objects, which are not a label, in settings and messages.
pub(super) const OBJECTS: &str = "instances";

impl Unfilled {
    fn new(label: &str, reason: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            reason: reason.into(),
        }
    }
}

/// A frame of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, unique in the dataset.
    pub(super) name: String,
    /// Its split, if the dataset has splits.
    pub(super) split: Option<String>,
}

/// What the user chose about the files of a dataset.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choices {
    /// The number of classes, if the dataset has several class sets.
    pub(super) classes: Option<usize>,
    /// The axes of the normals in PNG files.
    pub(super) normal_axes: Option<Axes>,
}

/// Opens a dataset of a known layout.
pub(super) fn open(root: &Path, format: Format, choices: Choices) -> Result<Arc<dyn Layout>> {
    let Choices {
        classes,
        normal_axes,
    } = choices;
    // In a prepared dataset, the class set is fixed already.
    let has_choice = matches!(format, Format::Cityscapes | Format::Nyu | Format::Prepared);
    ensure!(
        has_choice || classes.is_none(),
        "{}: the number of classes can be chosen for cityscapes and nyu only",
        root.display()
    );
    ensure!(
        normal_axes.is_none() || matches!(format, Format::Taskonomy | Format::Prepared),
        "{}: --normal-axes is for the Taskonomy layout; a table has `axes` in labels.json, rendered frames have \
         `space` in frames.toml",
        root.display()
    );
    Ok(match format {
        Format::Prepared => Arc::new(Prepared::open(root, normal_axes)?),
        Format::Taskonomy => Arc::new(taskonomy::Taskonomy::open(root, normal_axes)?),
        Format::Cityscapes => Arc::new(cityscapes::Cityscapes::open(root, classes)?),
        Format::Nyu => Arc::new(nyu::Nyu::open(root, classes)?),
        Format::Frames => Arc::new(frames::Frames::open(root)?),
        Format::Table => Arc::new(table::Table::open(root)?),
        Format::Pictures => Arc::new(pictures::Pictures::open(root)?),
    })
}

/// Reads a label's file, which must have the size of the frame's picture.
fn read_label(path: &Path, label: &Label, picture: (usize, usize)) -> Result<LabelMap> {
    let map = files::read_label(path, label)?;
    same_size(path, map.size(), picture)?;
    Ok(map)
}

/// The names in a folder's `classes.json`, if it exists.
fn classes_file(folder: &Path) -> Result<Option<Vec<String>>> {
    let path = folder.join("classes.json");
    if !path.exists() {
        return Ok(None);
    }
    let text = read_text(&path)?;
    let names = serde_json::from_str(&text)
        .with_context(|| format!("{}: expected a list of class names", path.display()))?;
    Ok(Some(names))
}

/// Checks that a file has the size of its frame's picture.
fn same_size(path: &Path, found: (usize, usize), picture: (usize, usize)) -> Result<()> {
    if found != picture {
        bail!(
            "{}: is {}x{}, but its picture is {}x{}",
            path.display(),
            found.0,
            found.1,
            picture.0,
            picture.1
        );
    }
    Ok(())
}
