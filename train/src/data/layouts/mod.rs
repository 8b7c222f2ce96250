//! Folder layouts, one module each. All of them give the same sample: a picture, labels in physical units,
//! NaN or the missing id where nothing is known.

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
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    Size, files,
    label::{Label, LabelMap, PngCode, Transfer},
};

pub(crate) use self::cityscapes::id_label as cityscapes_ids;
pub use self::format::Format;
use self::prepared::Prepared;
use super::Sample;

/// Files whose gray values are class ids as they are.
pub(crate) fn plain_ids(missing: Option<u16>) -> PngCode {
    PngCode {
        bits: 8,
        zero: 0.0,
        scale: 1.0,
        missing,
        transfer: Transfer::Linear,
    }
}

/// What the code that trains, prepares and scores knows of a dataset.
pub(super) trait Layout: fmt::Debug + Send + Sync {
    /// What is in it.
    fn contents(&self) -> &Contents;

    /// The file that holds a label of a frame, for messages.
    fn file(&self, index: usize, label: &Label) -> PathBuf;

    /// Whether the label's values come from its PNG code, so that storing them in that code loses nothing.
    fn is_coded(&self, _label: &Label) -> bool {
        false
    }

    /// The customary size of its pictures in training.
    fn training_size(&self) -> Size {
        Size {
            width: 256,
            height: 256,
        }
    }

    /// Reads one frame in the size of its files, with these of its labels in this order.
    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample>;
}

/// What a dataset has, found out when it is opened.
#[derive(Debug)]
pub(super) struct Contents {
    /// Its frames, in an order that stays.
    pub(super) frames: Vec<Entry>,
    /// The labels that its frames have, in an order that stays.
    pub(super) labels: Vec<Label>,
    /// Whether its frames have objects, some of them at least.
    pub(super) has_instances: bool,
}

/// One frame of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, unique in the dataset.
    pub(super) name: String,
    /// The part of the dataset that it belongs to, where the dataset is divided.
    pub(super) split: Option<String>,
}

/// Opens a dataset of a known layout. `classes` chooses among the sets of classes of a dataset that has several.
pub(super) fn open(root: &Path, format: Format, classes: Option<usize>) -> Result<Arc<dyn Layout>> {
    // A prepared dataset has made its choice.
    let has_choice = matches!(format, Format::Cityscapes | Format::Nyu | Format::Prepared);
    ensure!(
        has_choice || classes.is_none(),
        "{}: a number of classes can be chosen for cityscapes and nyu only",
        root.display()
    );
    Ok(match format {
        Format::Prepared => Arc::new(Prepared::open(root)?),
        Format::Taskonomy => Arc::new(taskonomy::Taskonomy::open(root)?),
        Format::Cityscapes => Arc::new(cityscapes::Cityscapes::open(root, classes)?),
        Format::Nyu => Arc::new(nyu::Nyu::open(root, classes)?),
        Format::Frames => Arc::new(frames::Frames::open(root)?),
        Format::Table => Arc::new(table::Table::open(root)?),
        Format::Pictures => Arc::new(pictures::Pictures::open(root)?),
    })
}

/// Reads a label's file, which has to have the size of its frame's picture.
fn read_label(path: &Path, label: &Label, picture: (usize, usize)) -> Result<LabelMap> {
    let map = files::read_label(path, label)?;
    same_size(path, map.size(), picture)?;
    Ok(map)
}

/// The names in a folder's `classes.json`, if it is there.
fn classes_file(folder: &Path) -> Result<Option<Vec<String>>> {
    let path = folder.join("classes.json");
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let names = serde_json::from_str(&text)
        .with_context(|| format!("{}: expected a list of class names", path.display()))?;
    Ok(Some(names))
}

/// Refuses a file that differs in size from its frame's picture.
fn same_size(path: &Path, found: (usize, usize), picture: (usize, usize)) -> Result<()> {
    if found != picture {
        bail!(
            "{}: is {}x{}, its picture is {}x{}",
            path.display(),
            found.0,
            found.1,
            picture.0,
            picture.1
        );
    }
    Ok(())
}
