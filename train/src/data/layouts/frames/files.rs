//! The files of a frame, and the labels in them. Only headers are read here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use multicond::{
    files::{Channel, OpenExr},
    label::Label,
};

use super::{
    config::Config,
    cryptomatte::Cryptomatte,
    layers::{self, Content},
    paths,
};
use crate::data::layouts::{picture_file, plain_ids};

/// The files of a frame.
pub(super) struct FrameFiles<'a> {
    pub(super) root: &'a Path,
    pub(super) config: &'a Config,
    pub(super) frame: &'a str,
    pub(super) exr: Option<LayerFile>,
}

/// The multi-layer file.
pub(super) struct LayerFile {
    path: PathBuf,
    pub(super) file: OpenExr,
    pub(super) mattes: Option<Cryptomatte>,
}

/// The source of a label's values.
pub(super) enum Source {
    /// A separate file.
    File(PathBuf),
    /// Channels of the multi-layer file.
    Layer(Vec<Channel>),
}

impl<'a> FrameFiles<'a> {
    pub(super) fn new(root: &'a Path, config: &'a Config, frame: &'a str) -> Result<Self> {
        let exr = match config.files.multi_layer() {
            None => None,
            Some(pattern) => {
                let path = paths::path(root, pattern, frame);
                let file = OpenExr::open(&path)?;
                let wanted = config.layers.cryptomatte.as_deref();
                Some(LayerFile {
                    mattes: Cryptomatte::find(&file, &path, wanted)?,
                    path,
                    file,
                })
            }
        };
        Ok(Self {
            root,
            config,
            frame,
            exr,
        })
    }

    /// The labels that the frame has.
    pub(super) fn labels(&self) -> Result<Vec<Label>> {
        let mut labels = Vec::new();
        let has_classes = !self.config.classes.is_empty();
        if has_classes && (self.config.files.semantics.is_some() || self.has_objects()?) {
            let label = Label::semantics(&self.config.classes);
            labels.push(label.with_png(plain_ids(Some(255))));
        }
        for (label, content) in [
            (Label::depth(), Content::Depth),
            (Label::normals(), Content::Normals),
            (Label::albedo(), Content::Albedo),
        ] {
            if self.source(content)?.is_some() {
                labels.push(label);
            }
        }
        Ok(labels)
    }

    /// Whether the frame has object indices.
    pub(super) fn has_instances(&self) -> Result<bool> {
        Ok(self.config.files.instances.is_some() || self.has_objects()?)
    }

    fn has_objects(&self) -> Result<bool> {
        let has_mattes = self.exr.as_ref().is_some_and(|exr| exr.mattes.is_some());
        Ok(has_mattes || self.source(Content::Index)?.is_some())
    }

    /// The source of some content, if the frame has it.
    pub(super) fn source(&self, content: Content) -> Result<Option<Source>> {
        let (files, wishes) = (&self.config.files, &self.config.layers);
        let (file, layer) = match content {
            Content::Picture => (&files.picture, &wishes.picture),
            Content::Depth => (&files.depth, &wishes.depth),
            Content::Normals => (&files.normals, &wishes.normals),
            Content::Albedo => (&files.albedo, &wishes.albedo),
            Content::Index => (&None, &wishes.index),
        };
        if let Some(pattern) = file {
            return Ok(Some(Source::File(self.path(pattern))));
        }
        let Some(exr) = &self.exr else {
            return Ok(None);
        };
        let found = layers::find(&exr.file, content, layer.as_deref());
        let found = found.with_context(|| exr.path.display().to_string())?;
        Ok(found.map(Source::Layer))
    }

    /// A file of the frame.
    pub(super) fn path(&self, pattern: &str) -> PathBuf {
        paths::path(self.root, pattern, self.frame)
    }

    /// The file with some content, for messages.
    pub(super) fn file(&self, content: Content) -> PathBuf {
        match (self.source(content), &self.exr) {
            (Ok(Some(Source::File(path))), _) => path,
            (_, Some(exr)) => exr.path.clone(),
            _ => self.root.to_owned(),
        }
    }

    /// The picture file next to the multi-layer file, which has the renderer's tone mapping.
    pub(super) fn picture_beside(&self) -> Option<PathBuf> {
        if let Some(pattern) = &self.config.files.picture {
            return Some(self.path(pattern));
        }
        let pattern = self.config.files.multi_layer()?;
        // Not `Path::with_extension`, because frame names may contain dots.
        let stem = pattern.strip_suffix(".exr").unwrap_or(pattern);
        let candidates = picture_file::EXTENSIONS.iter();
        let mut candidates = candidates.map(|extension| self.path(&format!("{stem}.{extension}")));
        candidates.find(|path| path.is_file())
    }
}
