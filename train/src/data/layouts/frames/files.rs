//! The files of a frame, and the labels in them. Only headers are read here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use multicond::{
    files::{Content, Found, OpenExr},
    label::Label,
};

use super::{
    config::Config,
    cryptomatte::{Cryptomatte, Wanted},
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
    /// A layer of the multi-layer file.
    Layer(Found),
}

impl<'a> FrameFiles<'a> {
    pub(super) fn new(root: &'a Path, config: &'a Config, frame: &'a str) -> Result<Self> {
        let exr = match config.files.multi_layer() {
            None => None,
            Some(pattern) => {
                let path = paths::path(root, pattern, frame);
                let file = OpenExr::open(&path)?;
                let wanted = Wanted {
                    name: config.layers.cryptomatte.as_deref(),
                    group: config.layers.view_layer.as_deref(),
                };
                let mut mattes = Cryptomatte::find(&file, &path, wanted)?;
                if let Some(mattes) = &mut mattes {
                    mattes.guess(config.object_names());
                }
                Some(LayerFile { mattes, path, file })
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
        let (mut labels, mut found) = (Vec::new(), Vec::new());
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
            if let Some(source) = self.source(content)? {
                labels.push(label);
                if let Source::Layer(layer) = source {
                    found.push((content, layer));
                }
            }
        }
        self.check_groups(&found)?;
        Ok(labels)
    }

    /// Whether the frame has object indices.
    pub(super) fn has_instances(&self) -> Result<bool> {
        Ok(self.config.files.instances.is_some() || self.has_objects()?)
    }

    fn has_objects(&self) -> Result<bool> {
        let has_mattes = self.exr.as_ref().is_some_and(|exr| exr.mattes.is_some());
        Ok(has_mattes || self.source(Content::ObjectIndex)?.is_some())
    }

    /// Rejects layers of several view layers or cameras, which show different things, unless the user chose them.
    pub(super) fn check_groups(&self, found: &[(Content, Found)]) -> Result<()> {
        let Some(exr) = &self.exr else {
            return Ok(());
        };
        let chosen = |content: &Content| self.settings(*content).1.is_some();
        let layers = found.iter().filter(|(content, _)| !chosen(content));
        let layers = layers.map(|(_, found)| (found.group.as_str(), found.layer.as_str()));
        let mattes = exr
            .mattes
            .as_ref()
            .filter(|_| self.config.layers.cryptomatte.is_none());
        let mattes = mattes.map(|mattes| (mattes.group.as_str(), mattes.name.as_str()));
        let mut layers = layers.chain(mattes).filter(|(group, _)| !group.is_empty());
        let Some((group, first)) = layers.next() else {
            return Ok(());
        };
        if let Some((_, other)) = layers.find(|(other, _)| *other != group) {
            bail!(
                "{}: `{first}` and `{other}` belong to different view layers or cameras; set `view_layer` in [layers], \
                 or name the layers there",
                exr.path.display()
            );
        }
        Ok(())
    }

    /// What is wrong with the files although they can be read.
    pub(super) fn doubts(&self) -> Vec<String> {
        let mattes = self.exr.as_ref().and_then(|exr| exr.mattes.as_ref());
        let doubt = mattes.and_then(|mattes| mattes.doubt.clone());
        doubt.into_iter().collect()
    }

    /// The separate file and the layer that `frames.toml` names for some content.
    fn settings(&self, content: Content) -> (Option<&str>, Option<&str>) {
        let (files, layers) = (&self.config.files, &self.config.layers);
        let (file, layer) = match content {
            Content::Picture => (&files.picture, &layers.picture),
            Content::Depth => (&files.depth, &layers.depth),
            Content::Normals => (&files.normals, &layers.normals),
            Content::Albedo => (&files.albedo, &layers.albedo),
            _ => (&None, &layers.index),
        };
        (file.as_deref(), layer.as_deref())
    }

    /// The source of some content, if the frame has it.
    pub(super) fn source(&self, content: Content) -> Result<Option<Source>> {
        let (file, layer) = self.settings(content);
        if let Some(pattern) = file {
            return Ok(Some(Source::File(self.path(pattern))));
        }
        let Some(exr) = &self.exr else {
            return Ok(None);
        };
        let found = match layer {
            Some(name) => Some(exr.file.named(name, content)?),
            None => {
                let group = self.config.layers.view_layer.as_deref();
                let found = exr.file.find(content, group);
                found
                    .with_context(|| "set its layer, or `view_layer`, in [layers] of frames.toml")?
            }
        };
        Ok(found.map(Source::Layer))
    }

    /// The layer that `frames.toml` names for some content.
    pub(super) fn layer(&self, content: Content) -> Option<&str> {
        self.settings(content).1
    }

    /// A file of the frame.
    pub(super) fn path(&self, pattern: &str) -> PathBuf {
        paths::path(self.root, pattern, self.frame)
    }

    /// The multi-layer file, for messages.
    pub(super) fn layer_path(&self) -> &Path {
        self.exr.as_ref().map_or(self.root, |exr| &exr.path)
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
