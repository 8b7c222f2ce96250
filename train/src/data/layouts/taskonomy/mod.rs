//! The Taskonomy layout: one folder per domain with `point_P_view_V_domain_DOMAIN.png` files.

mod domains;
mod folders;
mod settings;
mod splits;

use std::{
    f32::consts::PI,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use multicond::label::{Axes, Label};
use multicond_format::storage::read_text;
use serde::Deserialize;

use self::folders::Frame;
use super::{Contents, Entry, Layout, Unfilled, classes_file, instances, picture_file, read_label};
use crate::data::{Intrinsics, Sample};

/// Whether a folder looks like this layout.
pub(super) fn recognise(root: &Path) -> bool {
    folders::frames(root).is_ok()
}

/// A Taskonomy dataset.
#[derive(Debug)]
pub(super) struct Taskonomy {
    root: PathBuf,
    frames: Vec<Frame>,
    contents: Contents,
}

impl Taskonomy {
    /// Opens a folder with the labels of all domains in it. The classes are those in `classes.json` (a list of names),
    /// else those of the original dataset. `axes` are those of the normals if the user chose them.
    ///
    /// # Errors
    /// When the folder has no pictures or no labels, or its `layout.toml` is invalid.
    pub(super) fn open(root: &Path, axes: Option<Axes>) -> Result<Self> {
        let frames = folders::frames(root)?;
        let has = |domain: &str| frames[0].folder(root, domain).is_dir();
        let named = classes_file(root)?;
        let names_classes = named.is_some();
        let classes = named.unwrap_or(domains::CLASSES.map(String::from).to_vec());
        let axes = settings::normal_axes(root, axes)?;
        let labels: Vec<Label> = domains::label_domains()
            .filter(|domain| has(domain))
            .map(|domain| domains::label(domain, &classes, axes))
            .collect();
        ensure!(
            !labels.is_empty(),
            "{}: has none of the label folders {}",
            root.display(),
            domains::label_domains().collect::<Vec<_>>().join(", ")
        );
        let mut unfilled = Vec::new();
        let mut buildings: Vec<&Frame> = frames.iter().collect();
        buildings.dedup_by_key(|frame| frame.folder(root, domains::PICTURE));
        for domain in domains::label_domains().filter(|domain| !has(domain)) {
            let name = domains::name(domain);
            let mut folders = buildings.iter().map(|frame| frame.folder(root, domain));
            if let Some(folder) = folders.find(|folder| folder.is_dir()) {
                let first = frames[0].folder(root, domain);
                let reason = format!(
                    "{} is there, but not {}; all frames must have what the first one has",
                    folder.display(),
                    first.display()
                );
                unfilled.push(Unfilled::new(name, reason));
            } else if domain == domains::SEMANTICS && names_classes {
                let reason = format!("classes.json names classes, but there is no folder {domain}");
                unfilled.push(Unfilled::new(name, reason));
            }
        }
        let splits = splits::splits(root, frames.iter().map(Frame::building))?;
        let entries = frames.iter().map(|frame| Entry {
            name: frame.name(),
            split: splits.get(frame.building()).map(|&split| split.into()),
        });
        Ok(Self {
            root: root.to_owned(),
            contents: Contents {
                frames: entries.collect(),
                labels,
                has_instances: has(domains::INSTANCES),
                unfilled,
            },
            frames,
        })
    }

    fn path(&self, frame: &Frame, domain: &str) -> PathBuf {
        let mut path = frame.path(&self.root, domain).into_os_string();
        path.push(".png");
        path.into()
    }

    /// The camera, if the dataset has `point_info`.
    fn camera(&self, frame: &Frame, width: usize, height: usize) -> Result<Option<Intrinsics>> {
        let folder = frame.folder(&self.root, domains::CAMERA);
        let names = [domains::CAMERA, "fixatedpose"];
        let mut paths = names
            .map(|name| folder.join(format!("{}_domain_{name}.json", frame.stem())))
            .into_iter();
        let Some(path) = paths.find(|path| path.is_file()) else {
            return Ok(None);
        };
        let text = read_text(&path)?;
        let info: PointInfo = serde_json::from_str(&text)
            .with_context(|| format!("{}: expected `field_of_view_rads`", path.display()))?;
        ensure!(
            info.field_of_view_rads > 0.0 && info.field_of_view_rads < PI,
            "{}: a field of view of {} radians",
            path.display(),
            info.field_of_view_rads
        );
        let degrees = info.field_of_view_rads.to_degrees();
        Ok(Some(Intrinsics::from_horizontal_fov(
            degrees, width, height,
        )))
    }
}

/// The dataset's information about a view; pictures are square.
#[derive(Deserialize)]
struct PointInfo {
    field_of_view_rads: f32,
}

impl Layout for Taskonomy {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, index: usize, label: &Label) -> PathBuf {
        let domain = domains::domain(label).unwrap_or(domains::PICTURE);
        self.path(&self.frames[index], domain)
    }

    fn is_coded(&self, _label: &Label) -> bool {
        true
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let frame = &self.frames[index];
        let picture = picture_file::read(&self.path(frame, domains::PICTURE))?;
        let (_, height, width) = picture.dim();
        let read = |domain: &str, label: &Label| {
            read_label(&self.path(frame, domain), label, (width, height))
        };
        let labels = schema.iter().map(|label| match domains::domain(label) {
            Some(domain) => read(domain, label),
            None => bail!(
                "label `{}` has no folder in the Taskonomy layout",
                label.name
            ),
        });
        let labels = labels.collect::<Result<_>>()?;
        let instances = match self.contents.has_instances {
            true => Some(instances::ids(read(domains::INSTANCES, &instances::LABEL)?)),
            false => None,
        };
        Ok(Sample {
            name: self.contents.frames[index].name.clone(),
            picture,
            labels,
            confidence: Vec::new(),
            instances,
            camera: self.camera(frame, width, height)?,
        })
    }
}
