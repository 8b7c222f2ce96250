//! The Cityscapes layout: `TYPE/SPLIT/CITY/CITY_SEQUENCE_FRAME_TYPE.png` for pictures, classes, objects and disparity.

mod camera;
mod classes;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    Size,
    label::{Encoding, Label, LabelMap, PngCode},
};
use ndarray::Array2;

pub(crate) use self::classes::id_label;
use self::{camera::Stereo, classes::Classes};
use super::{Contents, Entry, Layout, Unfilled, instances, picture_file, read_label};
use crate::data::Sample;

const PICTURES: &str = "leftImg8bit";
const LABELS: &str = "gtFine";
const SPLITS: [&str; 3] = ["train", "val", "test"];

/// Whether a folder looks like this layout.
pub(super) fn recognise(root: &Path) -> bool {
    root.join(PICTURES).is_dir()
}

/// A Cityscapes dataset with classes, objects and, if the optional packages are present, depth.
#[derive(Debug)]
pub(super) struct Cityscapes {
    root: PathBuf,
    frames: Vec<Frame>,
    contents: Contents,
    classes: Classes,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    split: &'static str,
    city: String,
    /// `CITY_SEQUENCE_FRAME`.
    stem: String,
}

impl Cityscapes {
    pub(super) fn open(root: &Path, chosen: Option<usize>) -> Result<Self> {
        let classes = Classes::of(chosen)?;
        let frames = frames(root)?;
        ensure!(
            !frames.is_empty(),
            "{}: holds no {PICTURES}/SPLIT/CITY/*_{PICTURES}.png",
            root.display()
        );
        let mut labels = Vec::new();
        let mut unfilled = Vec::new();
        if root.join(LABELS).is_dir() {
            labels.push(classes.label());
        } else if chosen.is_some() {
            let reason = format!("the number of classes is given, but there is no folder {LABELS}");
            unfilled.push(Unfilled::new("semantics", reason));
        }
        if root.join("disparity").is_dir() {
            ensure!(
                root.join("camera").is_dir(),
                "{}: has disparity, but no camera folder, which is needed to convert it to metres",
                root.display()
            );
            labels.push(Label::depth());
        }
        let entry = |frame: &Frame| Entry {
            name: frame.stem.clone(),
            split: Some(frame.split.into()),
        };
        Ok(Self {
            root: root.to_owned(),
            contents: Contents {
                frames: frames.iter().map(entry).collect(),
                labels,
                has_instances: root.join(LABELS).is_dir(),
                unfilled,
            },
            frames,
            classes,
        })
    }

    fn path(&self, frame: &Frame, folder: &str, ending: &str) -> PathBuf {
        let name = format!("{}_{ending}", frame.stem);
        let split = self.root.join(folder).join(frame.split);
        split.join(&frame.city).join(name)
    }

    fn stereo(&self, frame: &Frame) -> Result<Option<Stereo>> {
        let path = self.path(frame, "camera", "camera.json");
        path.is_file().then(|| Stereo::read(&path)).transpose()
    }
}

impl Layout for Cityscapes {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, index: usize, label: &Label) -> PathBuf {
        let frame = &self.frames[index];
        match label.name.as_str() {
            "depth" => self.path(frame, "disparity", "disparity.png"),
            _ => self.path(frame, LABELS, "gtFine_labelIds.png"),
        }
    }

    fn training_size(&self) -> Size {
        Size {
            width: 512,
            height: 256,
        }
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let frame = &self.frames[index];
        let path = self.path(frame, PICTURES, &format!("{PICTURES}.png"));
        let picture = picture_file::read(&path)?;
        let (_, height, width) = picture.dim();
        let read = |path: PathBuf, label: &Label| read_label(&path, label, (width, height));
        let stereo = self.stereo(frame)?;
        let labels = schema.iter().map(|label| match label.name.as_str() {
            "semantics" => {
                let path = self.path(frame, LABELS, "gtFine_labelIds.png");
                let ids = instances::ids(read(path, &id_label())?);
                Ok(LabelMap::Classes(ids.mapv(|id| self.classes.class(id))))
            }
            "depth" => {
                let path = self.path(frame, "disparity", "disparity.png");
                let stereo = stereo.with_context(|| {
                    let camera = self.path(frame, "camera", "camera.json");
                    format!("{}: not there, and depth needs it", camera.display())
                })?;
                let LabelMap::Values(mut values) = read(path, &disparity_label())? else {
                    unreachable!("disparity is continuous")
                };
                values.mapv_inplace(|disparity| stereo.depth(disparity));
                Ok(LabelMap::Values(values))
            }
            name => bail!("label `{name}` is not in the Cityscapes layout"),
        });
        let labels = labels.collect::<Result<_>>()?;
        let path = self.path(frame, LABELS, "gtFine_instanceIds.png");
        let instances: Option<Array2<i32>> = match path.exists() {
            true => Some(instances::ids(read(path, &instances::LABEL)?)),
            false => None,
        };
        Ok(Sample {
            name: frame.stem.clone(),
            picture,
            labels,
            confidence: Vec::new(),
            instances,
            camera: stereo.map(|stereo| stereo.intrinsics),
        })
    }
}

/// Disparity in pixels: 16-bit PNG, `(p - 1) / 256`, 0 where missing.
fn disparity_label() -> Label {
    let code = PngCode::linear(16, 1.0, 1.0 / 256.0).with_missing(0);
    let encoding = Encoding::Reciprocal { half: 32.0 };
    Label::continuous("disparity", 1, "pixels", encoding)
        .with_presence(false)
        .with_png(code)
}

/// Every picture of every split and city.
fn frames(root: &Path) -> Result<Vec<Frame>> {
    let ending = format!("_{PICTURES}.png");
    let mut frames = Vec::new();
    for split in SPLITS {
        let folder = root.join(PICTURES).join(split);
        if !folder.is_dir() {
            continue;
        }
        for city in names(&folder)? {
            let inside = folder.join(&city);
            if !inside.is_dir() {
                continue;
            }
            for name in names(&inside)? {
                if let Some(stem) = name.strip_suffix(&ending) {
                    frames.push(Frame {
                        split,
                        city: city.clone(),
                        stem: stem.into(),
                    });
                }
            }
        }
    }
    Ok(frames)
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let listing = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut names = Vec::new();
    for entry in listing {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
