//! Reads frames from label files: named one by one, or all in a folder.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    str::FromStr,
};

use multicond::{
    Error, Frame, Result, Size,
    files::{
        label_extensions, listed_extensions, read_confidence, read_label, read_layer, split_layer,
    },
    model::Manifest,
};

use crate::log;

/// A label's name and a file of it or of its confidence, as `NAME=FILE`, or `NAME=FILE.exr:LAYER`.
#[derive(Clone, Debug)]
pub(crate) struct LabelFile {
    name: String,
    path: PathBuf,
    /// A layer of an OpenEXR file.
    layer: Option<String>,
}

impl FromStr for LabelFile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, file)) if !name.is_empty() && !file.is_empty() => {
                let (path, layer) = split_layer(file);
                Ok(Self {
                    name: name.into(),
                    path,
                    layer: layer.map(str::to_owned),
                })
            }
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
    for LabelFile { name, path, layer } in labels {
        if !seen.insert(name) {
            return Err(Error::label(name, "given twice"));
        }
        let label = manifest.label(name)?;
        let map = match layer {
            Some(layer) => read_layer(path, layer, label)?,
            None => read_label(path, label)?,
        };
        log::missing(name, path, 1.0 - map.known_share(label));
        let (width, height) = map.size();
        frame
            .get_or_insert_with(|| Frame::new(width, height))
            .set(name, map)?;
    }
    Ok(frame.expect("clap asks for a label or a size"))
}

/// The labels of the model that a frame does not have.
pub(crate) fn absent<'a>(frame: &Frame<'_>, manifest: &'a Manifest) -> Vec<&'a str> {
    let names = manifest.labels.iter().map(|label| label.name.as_str());
    names
        .filter(|name| !frame.names().any(|given| given == *name))
        .collect()
}

/// Adds the confidences of labels that the frame has.
pub(crate) fn add_confidences(
    frame: &mut Frame<'static>,
    confidences: &[LabelFile],
    manifest: &Manifest,
) -> Result<()> {
    let mut seen = HashSet::new();
    for LabelFile { name, path, layer } in confidences {
        if !seen.insert(name) {
            return Err(Error::label(name, "two files of its confidence are given"));
        }
        let label = manifest.confidence_of(name)?;
        if frame.get(name).is_none() {
            let reason =
                format_args!("has a confidence, but is not given itself (--label {name}=FILE)");
            return Err(Error::label(name, reason));
        }
        frame.set_confidence(name, read_confidence(path, layer.as_deref(), label)?)?;
    }
    Ok(())
}

/// Reads a frame from a folder: each label of the model, and its confidence if the model takes one, from the file with its
/// name, if there is one.
pub(crate) fn folder(folder: &Path, manifest: &Manifest) -> Result<Frame<'static>> {
    let error = |reason: String| Error::file(folder, reason);
    if !folder.is_dir() {
        return Err(error("not a folder".into()));
    }
    let (mut labels, mut confidences) = (Vec::new(), Vec::new());
    for label in &manifest.labels {
        let named = |path| LabelFile {
            name: label.name.clone(),
            path,
            layer: None,
        };
        labels.extend(file(folder, &label.name)?.map(named));
        if manifest.confidence {
            confidences.extend(file(folder, &label.confidence_input())?.map(named));
        }
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
    let mut frame = given(&labels, None, manifest)?;
    add_confidences(&mut frame, &confidences, manifest)?;
    Ok(frame)
}

/// The label file of a folder with this name.
fn file(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let path = |extension| folder.join(format!("{name}.{extension}"));
    let mut files = label_extensions().map(path).filter(|path| path.is_file());
    let first = files.next();
    match files.next() {
        Some(_) => Err(Error::file(
            folder,
            format!("has `{name}` in several files"),
        )),
        None => Ok(first),
    }
}
