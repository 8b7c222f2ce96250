//! A renderer's frames: a multi-layer OpenEXR file each, as Blender and Unreal write them, or a file for each
//! label, as Unity does. `frames.toml` says what the files do not; see docs/dataset.md.

mod camera;
mod config;
mod cryptomatte;
mod layers;
mod opened;
mod paths;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use multicond::label::Label;

use self::{config::Config, opened::Opened};
use super::{Entry, Layout};
use crate::data::Sample;

const CONFIG: &str = "frames.toml";

/// Whether a folder looks like this layout: it says so, or holds OpenEXR files.
pub(super) fn recognise(root: &Path) -> bool {
    let has_frames = || paths::frames(root, "{frame}.exr").is_ok_and(|frames| !frames.is_empty());
    root.join(CONFIG).is_file() || has_frames()
}

/// Rendered frames and what their layers hold.
#[derive(Debug)]
pub(super) struct Frames {
    root: PathBuf,
    config: Config,
    entries: Vec<Entry>,
    labels: Vec<Label>,
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
        // What the first frame has, all must have.
        let labels = Opened::new(root, &config, &first.name)?.labels()?;
        ensure!(
            !labels.is_empty(),
            "{}: no layer or file of its frame `{}` is known; name them in {CONFIG}",
            root.display(),
            first.name
        );
        Ok(Self {
            root: root.to_owned(),
            entries,
            labels,
            config,
        })
    }
}

impl Layout for Frames {
    fn labels(&self) -> &[Label] {
        &self.labels
    }

    fn frames(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let name = &self.entries[index].name;
        if let Some(label) = schema
            .iter()
            .find(|label| !self.labels.iter().any(|known| known.name == label.name))
        {
            bail!("label `{}` is not in the frames' layers", label.name);
        }
        let mut opened = Opened::new(&self.root, &self.config, name)?;
        opened.load(schema)?;
        Ok(Sample {
            name: name.clone(),
            picture: opened.picture()?,
            labels: schema
                .iter()
                .map(|label| opened.label(label))
                .collect::<Result<_>>()?,
            instances: opened.instances()?,
            camera: opened.intrinsics(),
        })
    }
}
