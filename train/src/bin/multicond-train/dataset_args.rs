//! Command-line options for opening a dataset.

use std::path::PathBuf;

use anyhow::Result;
use multicond::label::Axes;
use multicond_train::data::{ClassTable, Dataset, Derivation, Format, OpenOptions};

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
    /// Table of classes, a TOML file with lines such as sofa = "seat", or sky = "" for none (see docs/dataset.md)
    #[arg(long, value_name = "FILE")]
    class_table: Option<PathBuf>,
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
    /// Opens the datasets at these paths as one, and warns of what the table of classes says in vain.
    pub(crate) fn open(&self, paths: &[PathBuf]) -> Result<Dataset> {
        let dataset = Dataset::open_all(paths, &self.options()?)?;
        for rule in dataset.unused_rules() {
            eprintln!("warning: table of classes: {rule}");
        }
        Ok(dataset)
    }

    /// Opens a second dataset with the same labels, if paths are given. It has its own split and may have another
    /// layout; `--frames` does not apply to it.
    pub(crate) fn open_other(
        &self,
        paths: &[PathBuf],
        split: Option<&str>,
    ) -> Result<Option<Dataset>> {
        if paths.is_empty() {
            return Ok(None);
        }
        let options = OpenOptions {
            format: None,
            split: split.map(str::to_owned),
            frames: None,
            ..self.options()?
        };
        Dataset::open_all(paths, &options).map(Some)
    }

    fn options(&self) -> Result<OpenOptions> {
        let table = self.class_table.as_deref().map(ClassTable::load);
        Ok(OpenOptions {
            format: self.format,
            split: self.split.clone(),
            frames: self.frames.clone(),
            classes: self.classes,
            normal_axes: self.normal_axes,
            derive: self.derive.clone(),
            field_of_view: self.field_of_view,
            class_table: table.transpose()?.unwrap_or_default(),
        })
    }
}

fn field_of_view(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(degrees) if degrees > 0.0 && degrees < 180.0 => Ok(degrees),
        _ => Err("expected degrees, more than 0 and less than 180".into()),
    }
}
