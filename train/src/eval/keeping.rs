//! What stays of the pictures beside their scores.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use image::RgbImage;
use ndarray::Array3;

use crate::data::show;

/// What is kept.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// Features of every picture, for intervals of the Frechet distance: some kilobytes each.
    pub features: bool,
    /// The first pictures, to be shown.
    pub shown: usize,
    /// All pictures, as PNG files in folders of this folder.
    pub folder: Option<PathBuf>,
}

impl Keeping {
    /// Takes a picture of a set into account.
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
            let path = folder.join(file_name(frame) + ".png");
            show::save_png(&show::picture(picture), &path)?;
        }
        Ok(())
    }
}

/// A name without what separates folders.
fn file_name(name: &str) -> String {
    name.replace(['/', '\\', ':'], "_")
}

/// Checks that pictures can be kept in a folder that holds none yet.
///
/// # Errors
/// When it holds something, or cannot be made.
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
