//! The layout of a folder of pictures, including subfolders, without labels.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use multicond::label::Label;

use super::{Contents, Entry, Layout, picture_file};
use crate::data::Sample;

/// Whether a folder or one of its subfolders has a picture.
pub(super) fn recognise(root: &Path) -> bool {
    find(root).is_ok_and(|files| !files.is_empty())
}

/// A dataset of pictures.
#[derive(Debug)]
pub(super) struct Pictures {
    files: Vec<PathBuf>,
    contents: Contents,
}

impl Pictures {
    pub(super) fn open(root: &Path) -> Result<Self> {
        let files = find(root).with_context(|| root.display().to_string())?;
        ensure!(
            !files.is_empty(),
            "{}: holds no .png or .jpg file",
            root.display()
        );
        let name = |path: &PathBuf| Entry {
            name: path
                .strip_prefix(root)
                .unwrap_or(path)
                .display()
                .to_string(),
            split: None,
        };
        Ok(Self {
            contents: Contents {
                frames: files.iter().map(name).collect(),
                labels: Vec::new(),
                has_instances: false,
                unfilled: Vec::new(),
            },
            files,
        })
    }
}

impl Layout for Pictures {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, index: usize, _label: &Label) -> PathBuf {
        self.files[index].clone()
    }

    fn read(&self, index: usize, _schema: &[Label]) -> Result<Sample> {
        Ok(Sample {
            name: self.contents.frames[index].name.clone(),
            picture: picture_file::read(&self.files[index])?,
            labels: Vec::new(),
            confidence: Vec::new(),
            instances: None,
            camera: None,
        })
    }
}

/// All pictures in a folder and its subfolders, sorted by path. Links to folders are not followed, to avoid loops.
fn find(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            found.extend(find(&path)?);
        } else if picture_file::is_picture(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
