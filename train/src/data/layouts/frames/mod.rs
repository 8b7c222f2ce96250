//! The layout of rendered frames: a multi-layer OpenEXR file per frame, as from Blender and Unreal, or a file per
//! label, as from Unity. `frames.toml` has the settings; see docs/dataset.md.

mod asked;
mod config;
mod cryptomatte;
mod files;
mod frame;
mod manifest;
mod paths;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use multicond::{files::Content, label::Label};

use self::{config::Config, files::FrameFiles, frame::Frame};
use super::{Contents, Entry, Layout, camera_file::Camera};
use crate::data::{PathFrame, Sample};

const CONFIG: &str = "frames.toml";

/// Whether a folder has this layout: it has a `frames.toml` or OpenEXR files.
pub(super) fn recognise(root: &Path) -> bool {
    let has_frames = || paths::frames(root, "{frame}.exr").is_ok_and(|frames| !frames.is_empty());
    root.join(CONFIG).is_file() || has_frames()
}

/// A dataset of rendered frames.
#[derive(Debug)]
pub(super) struct Frames {
    root: PathBuf,
    config: Config,
    contents: Contents,
}

impl Frames {
    pub(super) fn open(root: &Path) -> Result<Self> {
        let config = Config::read(root)?;
        let leading = config.files.leading()?;
        let entries: Vec<Entry> = paths::frames(root, leading)?
            .into_iter()
            .map(|name| Entry { name, split: None })
            .collect();
        let first = entries
            .first()
            .with_context(|| format!("{}: holds no {leading}", root.display()))?;
        // All frames must have what the first one has.
        let files = FrameFiles::new(root, &config, &first.name)?;
        let (labels, has_instances) = (files.labels()?, files.has_instances()?);
        let unfilled = asked::unfilled(&files, &labels, has_instances);
        ensure!(
            !labels.is_empty(),
            "{}: no layer or file of frame `{}` is known; set their names in {CONFIG}",
            root.display(),
            first.name
        );
        Ok(Self {
            root: root.to_owned(),
            contents: Contents {
                frames: entries,
                labels,
                has_instances,
                unfilled,
            },
            config,
        })
    }
}

impl Layout for Frames {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, index: usize, label: &Label) -> PathBuf {
        let content = match label.name.as_str() {
            "depth" => Content::Depth,
            "normals" => Content::Normals,
            "albedo" => Content::Albedo,
            _ => Content::ObjectIndex,
        };
        let name = &self.contents.frames[index].name;
        match FrameFiles::new(&self.root, &self.config, name) {
            Ok(files) => files.file(content),
            Err(_) => self.root.join(name),
        }
    }

    fn unmatched(&self) -> Vec<String> {
        self.config.unmatched()
    }

    fn doubts(&self, index: usize) -> Vec<String> {
        let name = &self.contents.frames[index].name;
        match FrameFiles::new(&self.root, &self.config, name) {
            Ok(files) => files.doubts(),
            // Reading the frame fails with the same error.
            Err(_) => Vec::new(),
        }
    }

    fn path_frame(&self, index: usize) -> Result<Option<PathFrame>> {
        let Some(pattern) = &self.config.files.camera else {
            return Ok(None);
        };
        let path = paths::path(&self.root, pattern, &self.contents.frames[index].name);
        Camera::path_frame(&path, self.config.scene_unit())
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let name = &self.contents.frames[index].name;
        let files = FrameFiles::new(&self.root, &self.config, name)?;
        let frame = Frame::read(files, schema)?;
        let labels = schema.iter().map(|label| frame.label(label));
        Ok(Sample {
            name: name.clone(),
            labels: labels.collect::<Result<_>>()?,
            confidence: Vec::new(),
            instances: frame.instances()?,
            camera: frame.camera.as_ref().map(|camera| camera.intrinsics),
            picture: frame.picture,
        })
    }
}
