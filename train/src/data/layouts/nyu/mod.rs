//! NYU Depth v2: the 1449 labelled frames in one MATLAB file.

mod classes;
mod file;
mod splits;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use multicond::label::{Label, LabelMap, PngCode};
use ndarray::{Array2, Array3, Axis};

use self::{
    classes::{ClassSet, NAMES, UNLABELLED},
    file::{FILE_NAME, LabelledFile},
    splits::{Split, official_split},
};
use super::{Contents, Entry, Layout};
use crate::data::{Intrinsics, Sample};

/// The camera to which all maps are projected (`camera_params.m` of the dataset's toolbox), for the full 640x480
/// picture. The centre of the first pixel is 1 in the toolbox and 0.5 here, so 0.5 is subtracted.
const CAMERA: Intrinsics = Intrinsics {
    fx: 518.857_9,
    fy: 519.469_6,
    cx: 325.582_45 - 0.5,
    cy: 253.736_17 - 0.5,
};

/// The depth in metres at which the dataset clips. The toolbox treats this value as noise, like 0.
const RAW_DEPTH_LIMIT: f32 = 10.0;
/// Greater than any instance number.
const INSTANCES_OF_LABEL: i32 = 256;

/// Whether a path is the dataset's file or a folder with it.
pub(super) fn recognise(path: &Path) -> bool {
    path.join(FILE_NAME).is_file() || path.extension().is_some_and(|e| e == "mat")
}

/// An open `nyu_depth_v2_labeled.mat`. Threads can read from it at the same time.
pub(super) struct Nyu {
    file: LabelledFile,
    classes: ClassSet,
    contents: Contents,
}

impl std::fmt::Debug for Nyu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nyu")
            .field("file", &self.file.path())
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

impl Nyu {
    /// Opens the file, or the `nyu_depth_v2_labeled.mat` in a folder. Only headers are read.
    ///
    /// # Errors
    /// When it is not such a file: not HDF5, a dataset is missing or has another type, or sizes do not match.
    pub(super) fn open(path: &Path, classes: Option<usize>) -> Result<Self> {
        let classes = ClassSet::of(classes)?;
        let file = LabelledFile::open(path)?;
        let entry = |index: usize| Entry {
            name: format!("nyu_{:04}", index + 1),
            split: official_split(index).map(|split| match split {
                Split::Train => "train".into(),
                Split::Test => "test".into(),
            }),
        };
        Ok(Self {
            contents: Contents {
                frames: (0..file.extent.frames).map(entry).collect(),
                labels: labels(classes),
                has_instances: true,
                unfilled: Vec::new(),
            },
            file,
            classes,
        })
    }

    fn semantics(&self, index: usize, labels: &Array2<u16>) -> Result<Array2<i32>> {
        let mut unknown = None;
        let semantics = labels.mapv(|label| {
            self.classes.class_of(label).unwrap_or_else(|| {
                unknown = Some(label);
                UNLABELLED
            })
        });
        match unknown {
            None => Ok(semantics),
            Some(label) => bail!(
                "{}: NYU Depth v2: frame {} of dataset `labels` has label {label}, expected 0 to {NAMES}",
                self.file.path().display(),
                index + 1
            ),
        }
    }

    /// Two pixels belong to the same object if label and instance are the same, as in the toolbox's
    /// `get_instance_masks.m`.
    fn objects(&self, index: usize, labels: &Array2<u16>) -> Result<Array2<i32>> {
        let mut objects = labels.mapv(|label| INSTANCES_OF_LABEL * i32::from(label));
        objects.zip_mut_with(&self.file.instances(index)?, |object, &instance| {
            *object += i32::from(instance);
        });
        Ok(objects)
    }
}

impl Layout for Nyu {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, _index: usize, _label: &Label) -> PathBuf {
        self.file.path().to_owned()
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let name = &self.contents.frames[index].name;
        // Both classes and objects need them.
        let numbers = self.file.labels(index)?;
        let labels = schema.iter().map(|label| match label.name.as_str() {
            "semantics" => Ok(LabelMap::Classes(self.semantics(index, &numbers)?)),
            "depth" => Ok(depth(self.file.depth(index)?, f32::INFINITY)),
            "raw_depth" => Ok(depth(self.file.raw_depth(index)?, RAW_DEPTH_LIMIT)),
            name => bail!("label `{name}` is not in NYU Depth v2"),
        });
        let labels = labels.collect::<Result<_>>()?;
        let picture: Array3<u8> = self.file.image(index)?;
        let whole = (self.file.extent.width, self.file.extent.height) == (640, 480);
        Ok(Sample {
            name: name.clone(),
            picture: picture.mapv(|value| f32::from(value) / 255.0),
            labels,
            confidence: Vec::new(),
            instances: Some(self.objects(index, &numbers)?),
            camera: whole.then_some(CAMERA),
        })
    }
}

/// Classes, depth with holes filled by the dataset's authors, and raw depth of the sensor.
fn labels(classes: ClassSet) -> Vec<Label> {
    let semantics = Label::semantics(classes.names().iter().copied());
    let code = semantics.png.map(|code| PngCode {
        zero: 0.0,
        missing: Some(UNLABELLED as u16),
        ..code
    });
    vec![
        semantics.with_png(code),
        Label::depth(),
        Label::depth().with_name("raw_depth"),
    ]
}

/// A depth map, NaN where depth is missing or not less than the limit.
fn depth(metres: Array2<f32>, limit: f32) -> LabelMap {
    let known = |metres: f32| {
        if metres > 0.0 && metres < limit {
            metres
        } else {
            f32::NAN
        }
    };
    LabelMap::Values(metres.mapv_into(known).insert_axis(Axis(0)))
}
