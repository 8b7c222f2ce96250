//! What `frames.toml` and the camera files ask for and the files do not have.

use super::files::FrameFiles;
use crate::data::layouts::{OBJECTS, Unfilled, camera_file};
use multicond::label::Label;

/// The labels that are asked for and that the first frame, which stands for all, lacks.
pub(super) fn unfilled(
    files: &FrameFiles<'_>,
    labels: &[Label],
    has_objects: bool,
) -> Vec<Unfilled> {
    let mut unfilled = Vec::new();
    let layers = match &files.exr {
        Some(exr) => {
            let names: Vec<&str> = exr.file.layers().iter().map(|layer| layer.name()).collect();
            format!(
                "; the layers of frame `{}` are {}",
                files.frame,
                names.join(", ")
            )
        }
        None => String::new(),
    };
    let sought = "no Cryptomatte in the header and no layer of object indices";
    let config = files.config;
    let has_classes = labels.iter().any(|label| label.classes().is_some());
    if !config.classes.is_empty() && !has_classes {
        let reason = format!(
            "frames.toml lists classes, but there is no `semantics` in its [files], {sought}{layers}"
        );
        unfilled.push(Unfilled::new("semantics", reason));
    } else if config.has_colors() && config.files.semantics.is_none() {
        let reason = "frames.toml lists [[colors]], but there is no `semantics` in its [files]";
        unfilled.push(Unfilled::new("semantics", reason));
    }
    if !has_objects && let Some(pattern) = &config.files.camera {
        let path = files.path(pattern);
        if camera_file::lists_objects(&path) {
            let reason = format!(
                "{} lists objects, but there is {sought}{layers}",
                path.display()
            );
            unfilled.push(Unfilled::new(OBJECTS, reason));
        }
    }
    unfilled
}
