//! One frame's files, opened: which labels are in them and where. Only headers are read.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use multicond::{
    files::{Channel, OpenExr},
    label::{Label, Transfer},
};
use ndarray::{Array3, s};

use super::{
    config::Config,
    cryptomatte::Cryptomatte,
    layers::{self, Content},
    loaded::Loaded,
    paths,
};
use crate::data::layouts::{camera_file::Camera, picture_file, plain_ids, same_size};

/// A frame on its way to a sample.
pub(super) struct Opened<'a> {
    pub(super) root: &'a Path,
    pub(super) config: &'a Config,
    pub(super) frame: &'a str,
    exr: Option<LayerFile>,
}

/// A file with many layers.
struct LayerFile {
    path: PathBuf,
    file: OpenExr,
    mattes: Option<Cryptomatte>,
}

/// Where a label's numbers come from.
pub(super) enum Source {
    /// A file of its own.
    File(PathBuf),
    /// Channels of the multi-layer file.
    Layer(Vec<Channel>),
}

impl<'a> Opened<'a> {
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
            labels.push(Label {
                png: Some(plain_ids(Some(255))),
                ..Label::semantics(&self.config.classes)
            });
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

    /// Whether the frame has numbers of objects.
    pub(super) fn has_instances(&self) -> Result<bool> {
        Ok(self.config.files.instances.is_some() || self.has_objects()?)
    }

    fn has_objects(&self) -> Result<bool> {
        let has_mattes = self.exr.as_ref().is_some_and(|exr| exr.mattes.is_some());
        Ok(has_mattes || self.source(Content::Index)?.is_some())
    }

    /// Where something is, if it is there.
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

    /// The file that holds something, for messages.
    pub(super) fn file(&self, content: Content) -> PathBuf {
        match (self.source(content), &self.exr) {
            (Ok(Some(Source::File(path))), _) => path,
            (_, Some(exr)) => exr.path.clone(),
            _ => self.root.to_owned(),
        }
    }

    /// Reads the picture, the camera, and of the multi-layer file what these labels need, in one pass.
    pub(super) fn load(mut self, schema: &[Label]) -> Result<Loaded<'a>> {
        let needs = |name: &str| schema.iter().any(|label| label.name == name);
        let beside = self.beside();
        let mut wanted = Vec::new();
        for (content, is_needed) in [
            (Content::Picture, beside.is_none()),
            (Content::Depth, needs("depth") || needs("albedo")),
            (Content::Normals, needs("normals")),
            (Content::Albedo, needs("albedo")),
            (Content::Index, true),
        ] {
            if is_needed && let Some(Source::Layer(channels)) = self.source(content)? {
                wanted.push((content, channels));
            }
        }
        let mut planes = Vec::new();
        let mut mattes = None;
        if let Some(exr) = &mut self.exr {
            let found = exr.mattes.take();
            let matte_channels = found.as_ref().map_or(&[][..], |found| &found.channels);
            let channels = wanted.iter().flat_map(|(_, channels)| channels);
            let all: Vec<Channel> = channels.chain(matte_channels).copied().collect();
            if !all.is_empty() {
                let numbers = exr.file.read(&all)?;
                let mut start = 0;
                let mut next = |count: usize| {
                    let part = numbers.slice(s![start..start + count, .., ..]).to_owned();
                    start += count;
                    part
                };
                for (content, channels) in wanted {
                    planes.push((content, next(channels.len())));
                }
                mattes = found.map(|found| {
                    let planes = next(found.channels.len());
                    (found, planes)
                });
            }
        }
        let picture = match &beside {
            Some(path) => picture_file::read(path)?,
            None => self.linear_picture(&planes)?,
        };
        let (_, height, width) = picture.dim();
        if let (Some(path), Some((_, layer))) = (&beside, planes.first()) {
            let (_, rows, columns) = layer.dim();
            same_size(path, (width, height), (columns, rows))?;
        }
        let camera_path = self
            .config
            .files
            .camera
            .as_deref()
            .map(|pattern| self.path(pattern));
        let camera = match &camera_path {
            Some(path) => Camera::read(path, (width, height))?,
            None => None,
        };
        Ok(Loaded {
            size: (width, height),
            picture,
            camera,
            camera_path,
            planes,
            mattes,
            opened: self,
        })
    }

    /// The picture file beside the multi-layer file, with the renderer's own tone mapping.
    fn beside(&self) -> Option<PathBuf> {
        if let Some(pattern) = &self.config.files.picture {
            return Some(self.path(pattern));
        }
        let pattern = self.config.files.multi_layer()?;
        // Not the path's extension: a frame's name may have dots of its own.
        let stem = pattern.strip_suffix(".exr").unwrap_or(pattern);
        let candidates = picture_file::EXTENSIONS.iter();
        let mut candidates = candidates.map(|extension| self.path(&format!("{stem}.{extension}")));
        candidates.find(|path| path.is_file())
    }

    /// The linear layer as it is on a screen.
    fn linear_picture(&self, planes: &[(Content, Array3<f32>)]) -> Result<Array3<f32>> {
        let linear = planes
            .iter()
            .find(|(content, _)| *content == Content::Picture);
        let (_, linear) = linear.with_context(|| {
            format!(
                "{}: has no picture, and there is no picture file beside it",
                self.file(Content::Picture).display()
            )
        })?;
        let srgb = |value: &f32| Transfer::Srgb.from_linear(value.clamp(0.0, 1.0));
        // `clamp` lets NaN through.
        Ok(linear.map(|value| if value.is_nan() { 0.0 } else { srgb(value) }))
    }
}
