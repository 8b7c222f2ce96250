//! Folder layouts, one module each. All of them give the same sample: a picture, labels in physical units,
//! NaN or the missing id where nothing is known.

mod cityscapes;
mod format;
mod frames;
mod instances;
mod nyu;
mod picture_file;
mod pictures;
mod table;
mod taskonomy;

use std::{fmt, path::Path, sync::Arc};

use anyhow::{Result, bail, ensure};
use multicond::{label::Label, model::Size};

pub use self::format::Format;
use super::{Sample, prepared::Prepared};

/// What the code that trains, prepares and scores knows of a dataset.
pub(super) trait Layout: fmt::Debug + Send + Sync {
    /// The labels that its frames have, in an order that stays.
    fn labels(&self) -> &[Label];

    /// Its frames, in an order that stays.
    fn frames(&self) -> &[Entry];

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
    let has_choice = matches!(format, Format::Cityscapes | Format::Nyu);
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
