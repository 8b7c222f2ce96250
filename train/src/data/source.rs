//! Identifies a dataset, so that resumed work can check that it is the same.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Format, classes::PartClasses};

/// The origin of a dataset's values, without its labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Source {
    root: PathBuf,
    format: String,
    field_of_view: Option<f32>,
    classes: PartClasses,
}

impl Source {
    pub(super) fn new(
        root: &Path,
        format: Format,
        field_of_view: Option<f32>,
        classes: PartClasses,
    ) -> Self {
        Self {
            root: root.canonicalize().unwrap_or(root.to_owned()),
            format: format.name().into(),
            field_of_view,
            classes,
        }
    }
}
