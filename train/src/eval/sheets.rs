//! Contact sheets: labels, generated and real pictures of some frames side by side, at full size.

use std::path::{Path, PathBuf};

use anyhow::Result;
use multicond::label::Label;
use ndarray::Array3;

use super::keeping::free_path;
use crate::{data::Sample, data::show::save_png, training::sheet};

/// Which contact sheets to draw.
#[derive(Clone, Debug)]
pub struct Sheets {
    /// Folder for PNG files, one for each row of the evaluation.
    pub folder: PathBuf,
    /// Number of frames, spread over the data: the same for all rows.
    pub frames: usize,
}

/// The sheet of a row that is being drawn.
pub(super) struct Sheet {
    chosen: Vec<usize>,
    samples: Vec<Sample>,
    generated: Vec<Array3<f32>>,
}

impl Sheets {
    /// A sheet of frames of a dataset with so many.
    pub(super) fn start(&self, all: usize) -> Sheet {
        let count = self.frames.min(all);
        Sheet {
            chosen: (0..count).map(|number| number * all / count).collect(),
            samples: Vec::new(),
            generated: Vec::new(),
        }
    }
}

impl Sheet {
    /// Adds a frame, with the labels as the model got them, if it is one of those chosen.
    pub(super) fn add(&mut self, index: usize, sample: &Sample, generated: &Array3<f32>) {
        if self.chosen.contains(&index) {
            self.samples.push(sample.clone());
            self.generated.push(generated.clone());
        }
    }

    /// Writes the sheet of a row.
    pub(super) fn write(&self, folder: &Path, row: &str, labels: &[Label]) -> Result<()> {
        let drawn = sheet(&self.samples, labels, &self.generated);
        save_png(&drawn, &free_path(folder, row))
    }
}
