//! What tells a dataset from others, for work that goes on later.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Format;

/// Where a dataset's values come from, beside its labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Source {
    root: PathBuf,
    format: String,
    field_of_view: Option<f32>,
}

impl Source {
    pub(super) fn new(root: &Path, format: Format, field_of_view: Option<f32>) -> Self {
        Self {
            root: root.canonicalize().unwrap_or(root.to_owned()),
            format: format.name().into(),
            field_of_view,
        }
    }
}
