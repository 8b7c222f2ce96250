//! Selects what is kept of pictures besides their scores.

use std::{
    fs, iter,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use image::RgbImage;
use ndarray::Array3;

use super::Sheets;
use crate::data::show;

/// What to keep.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// Features of all pictures, for confidence intervals of the Frechet distance; a few kilobytes each.
    pub features: bool,
    /// Number of first pictures to keep for the report.
    pub shown: usize,
    /// Folder for PNG files of all pictures, with a subfolder per row.
    pub folder: Option<PathBuf>,
    /// Contact sheets.
    pub sheets: Option<Sheets>,
}

impl Keeping {
    /// Keeps a picture of a set, if it is selected.
    pub(super) fn keep(
        &self,
        set: &str,
        frame: &str,
        picture: &Array3<f32>,
        shown: &mut Vec<RgbImage>,
    ) -> Result<()> {
        if shown.len() < self.shown {
            shown.push(show::picture(picture));
        }
        if let Some(folder) = &self.folder {
            let folder = folder.join(file_name(set));
            fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            show::save_png(&show::picture(picture), &free_path(&folder, frame))?;
        }
        Ok(())
    }
}

/// A path of a PNG file for a frame or row that does not exist yet. `a/b` and `a_b` would get the same, and are numbered.
pub(super) fn free_path(folder: &Path, name: &str) -> PathBuf {
    let name = file_name(name);
    let first = folder.join(format!("{name}.png"));
    let others = (2..).map(|number| folder.join(format!("{name}_{number}.png")));
    let mut paths = iter::once(first).chain(others);
    paths
        .find(|path| !path.exists())
        .expect("there are more names than files")
}

/// A name without path separators.
fn file_name(name: &str) -> String {
    name.replace(['/', '\\', ':'], "_")
}

/// Creates the folder for pictures and checks that it is empty.
///
/// # Errors
/// When it is not empty or cannot be created.
pub fn prepare_folder(folder: &Path) -> Result<()> {
    let place = || folder.display().to_string();
    fs::create_dir_all(folder).with_context(place)?;
    let mut entries = fs::read_dir(folder).with_context(place)?;
    ensure!(
        entries.next().is_none(),
        "{}: is not empty; pictures of earlier evaluations would mix with these",
        folder.display()
    );
    Ok(())
}
