//! Command-line options for opening a dataset.

use std::path::{Path, PathBuf};

use anyhow::Result;
use multicond::label::Axes;
use multicond_train::data::{Dataset, Derivation, Format, OpenOptions};

/// Options for opening a dataset.
#[derive(clap::Args)]
#[command(next_help_heading = "Dataset")]
pub(crate) struct DatasetArgs {
    /// Dataset layout [default: detected from the files]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Dataset split: train, val, test or `all`
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Use only the frames listed in this text file, one name per line
    #[arg(long, value_name = "FILE")]
    frames: Option<PathBuf>,
    /// Number of classes: 19 or 35 for Cityscapes, 13 or 40 for NYU
    #[arg(long, value_name = "N")]
    classes: Option<usize>,
    /// Axes of the normals in the files of a Taskonomy layout, for example right,up,towards [default: those of its
    /// layout.toml, else right,down,away]
    #[arg(long, value_name = "AXES")]
    normal_axes: Option<Axes>,
    /// Derive a label; repeatable, applied in order: normals=depth, curvature=depth, edges=canny, edges=gradient,
    /// edges=texture, occlusion_edges=depth, occlusion_edges=gap, instances=semantics, or NAME=FILE.toml for a network
    /// (see docs/dataset.md)
    #[arg(long, value_name = "NAME=METHOD")]
    derive: Vec<Derivation>,
    /// Horizontal field of view in degrees, for data without camera parameters
    #[arg(long = "fov", value_name = "DEGREES", value_parser = field_of_view)]
    field_of_view: Option<f32>,
}

impl DatasetArgs {
    /// Opens the dataset at `path`.
    pub(crate) fn open(&self, path: &Path) -> Result<Dataset> {
        Dataset::open_with(path, &self.options())
    }

    /// Opens a second dataset with the same labels, if a path is given. It has its own split and may have another
    /// layout; `--frames` does not apply to it.
    pub(crate) fn open_other(
        &self,
        path: Option<&Path>,
        split: Option<&str>,
    ) -> Result<Option<Dataset>> {
        let options = OpenOptions {
            format: None,
            split: split.map(str::to_owned),
            frames: None,
            ..self.options()
        };
        path.map(|path| Dataset::open_with(path, &options))
            .transpose()
    }

    fn options(&self) -> OpenOptions {
        OpenOptions {
            format: self.format,
            split: self.split.clone(),
            frames: self.frames.clone(),
            classes: self.classes,
            normal_axes: self.normal_axes,
            derive: self.derive.clone(),
            field_of_view: self.field_of_view,
        }
    }
}

fn field_of_view(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(degrees) if degrees > 0.0 && degrees < 180.0 => Ok(degrees),
        _ => Err("expected degrees, more than 0 and less than 180".into()),
    }
}
