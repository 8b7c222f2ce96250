//! Reads frames from label files: named one by one, or all in a folder.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    str::FromStr,
};

use multicond::{
    Error, Frame, Result, Size,
    files::{label_extensions, listed_extensions, read_label},
    model::Manifest,
};

/// A label's name and its file, as `NAME=FILE`.
#[derive(Clone, Debug)]
pub(crate) struct LabelFile {
    name: String,
    path: PathBuf,
}

impl FromStr for LabelFile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok(Self {
                name: name.into(),
                path: file.into(),
            }),
            _ => Err("expected NAME=FILE, for example depth=depth.exr"),
        }
    }
}

/// Reads a frame from label files. Without `size` it has the size of the first label.
///
/// # Panics
/// When there is neither a label nor a size.
pub(crate) fn given(
    labels: &[LabelFile],
    size: Option<Size>,
    manifest: &Manifest,
) -> Result<Frame<'static>> {
    let mut frame = size.map(|size| Frame::new(size.width, size.height));
    let mut seen = HashSet::new();
    for LabelFile { name, path } in labels {
        if !seen.insert(name) {
            return Err(Error::label(name, "given twice"));
        }
        let map = read_label(path, manifest.label(name)?)?;
        let (width, height) = map.size();
        frame
            .get_or_insert_with(|| Frame::new(width, height))
            .set(name, map)?;
    }
    Ok(frame.expect("clap asks for a label or a size"))
}

/// Reads a frame from a folder: each label of the model from the file with its name, if there is one.
pub(crate) fn folder(folder: &Path, manifest: &Manifest) -> Result<Frame<'static>> {
    let error = |reason: String| Error::file(folder, reason);
    if !folder.is_dir() {
        return Err(error("not a folder".into()));
    }
    let mut labels = Vec::new();
    for label in &manifest.labels {
        let file = |extension| folder.join(format!("{}.{extension}", label.name));
        let files: Vec<PathBuf> = label_extensions()
            .map(file)
            .filter(|path| path.is_file())
            .collect();
        if files.len() > 1 {
            return Err(error(format!(
                "has label `{}` in several files",
                label.name
            )));
        }
        labels.extend(files.into_iter().map(|path| LabelFile {
            name: label.name.clone(),
            path,
        }));
    }
    if labels.is_empty() {
        let names: Vec<&str> = manifest
            .labels
            .iter()
            .map(|label| label.name.as_str())
            .collect();
        return Err(error(format!(
            "has no label of the model; expected {} files called {}",
            listed_extensions(),
            names.join(", ")
        )));
    }
    given(&labels, None, manifest)
}
