//! The layouts that are understood, and telling them apart by what is there.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::{cityscapes, frames, nyu, pictures, prepared, table, taskonomy};

/// How a dataset's files are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// What `multicond-train data prepare` writes.
    Prepared,
    /// One folder a domain, `point_P_view_V_domain_DOMAIN.png` in each.
    Taskonomy,
    /// `leftImg8bit/SPLIT/CITY/`, `gtFine/`, `disparity/`, `camera/`.
    Cityscapes,
    /// `nyu_depth_v2_labeled.mat`.
    Nyu,
    /// A renderer's frames: multi-layer OpenEXR files, or a folder a layer, with `frames.toml`.
    Frames,
    /// A CSV or JSONL file that names the files.
    Table,
    /// A folder of plain pictures, without labels.
    Pictures,
}

/// Whether a folder or file looks like a layout.
type Recognise = fn(&Path) -> bool;

impl Format {
    /// The name on the command line and in files.
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
        // One clear message where nothing is there at all.
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
