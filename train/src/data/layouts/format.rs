//! The supported layouts and their detection.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::{cityscapes, frames, nyu, pictures, prepared, table, taskonomy};

/// The layout of a dataset's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Output of `multicond-train data prepare`.
    Prepared,
    /// Taskonomy: one folder per domain with `point_P_view_V_domain_DOMAIN.png` files.
    Taskonomy,
    /// Cityscapes: `leftImg8bit/SPLIT/CITY/`, `gtFine/`, `disparity/`, `camera/`.
    Cityscapes,
    /// NYU Depth v2: `nyu_depth_v2_labeled.mat`.
    Nyu,
    /// Rendered frames: multi-layer OpenEXR files, or one folder per layer with `frames.toml`.
    Frames,
    /// A CSV or JSONL file that lists the files of each frame.
    Table,
    /// A folder of pictures without labels.
    Pictures,
}

/// Whether a folder or file looks like a layout.
type Recognise = fn(&Path) -> bool;

impl Format {
    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Taskonomy => "taskonomy",
            Self::Cityscapes => "cityscapes",
            Self::Nyu => "nyu",
            Self::Frames => "frames",
            Self::Table => "table",
            Self::Pictures => "pictures",
        }
    }

    /// The layout of a folder or file.
    pub(in crate::data) fn recognise(path: &Path) -> Result<Self> {
        // A clear message if the path does not exist.
        fs::metadata(path).with_context(|| path.display().to_string())?;
        let recognisers: [(Self, Recognise); 7] = [
            (Self::Prepared, prepared::recognise),
            (Self::Cityscapes, cityscapes::recognise),
            (Self::Nyu, nyu::recognise),
            (Self::Frames, frames::recognise),
            (Self::Table, table::recognise),
            (Self::Taskonomy, taskonomy::recognise),
            (Self::Pictures, pictures::recognise),
        ];
        for (format, recognise) in recognisers {
            if recognise(path) {
                return Ok(format);
            }
        }
        if prepared::is_unfinished(path) {
            bail!(
                "{}: preparing it was interrupted; run `multicond-train data prepare` again to finish it",
                path.display()
            );
        }
        bail!(
            "{}: not recognised as a dataset; expected a prepared one (dataset.json), Taskonomy (rgb/), Cityscapes \
             (leftImg8bit/), NYU Depth v2 (nyu_depth_v2_labeled.mat), a renderer's frames (frames.toml), a table \
             (.csv or .jsonl) or a folder of pictures; --format chooses one",
            path.display()
        )
    }
}
