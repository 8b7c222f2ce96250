//! How a command opens a dataset.

use std::path::{Path, PathBuf};

use anyhow::Result;
use multicond_train::data::{Dataset, Derivation, Format, OpenOptions};

/// What can be said about a dataset beside where it is.
#[derive(clap::Args)]
#[command(next_help_heading = "Dataset")]
pub(crate) struct DatasetArgs {
    /// Layout of the data [default: recognised from what is there]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Dataset split: train, val, test or `all`
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Take only the frames that this text file names, one a line
    #[arg(long, value_name = "FILE")]
    frames: Option<PathBuf>,
    /// How classes are counted: 19 or 35 for Cityscapes, 13 or 40 for NYU
    #[arg(long, value_name = "N")]
    classes: Option<usize>,
    /// Compute a label, in the order given: normals=depth, curvature=depth, edges=canny, edges=texture,
    /// occlusion_edges=depth, instances=semantics, or NAME=FILE.toml for a network (docs/dataset.md)
    #[arg(long, value_name = "NAME=METHOD")]
    derive: Vec<Derivation>,
    /// Horizontal field of view in degrees, where the data does not know its cameras
    #[arg(long = "fov", value_name = "DEGREES", value_parser = field_of_view)]
    field_of_view: Option<f32>,
}

impl DatasetArgs {
    /// Opens a dataset.
    pub(crate) fn open(&self, path: &Path) -> Result<Dataset> {
        Dataset::open_with(path, &self.options())
    }

    /// Opens another dataset with the same labels if there is one, in whatever layout, with its own split and all of
    /// its frames.
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
            derive: self.derive.clone(),
            field_of_view: self.field_of_view,
        }
    }
}

fn field_of_view(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(degrees) if degrees > 0.0 && degrees < 180.0 => Ok(degrees),
        _ => Err("expected degrees between 0 and 180".into()),
    }
}
