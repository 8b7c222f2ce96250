//! `layout.toml` at the root of a dataset: where its files differ from those of the original dataset.

use std::path::Path;

use anyhow::{Result, anyhow};
use multicond_format::{label::Axes, storage::read_text};
use serde::Deserialize;

pub(super) const FILE: &str = "layout.toml";

/// The axes of the original dataset's normals. Checked on a real frame, whose normals agree with its depth, and in
/// EPFL-VILAB/omnidata (`transform_normal_cam`), which turns them into PyTorch3D's.
const ORIGINAL_AXES: Axes = Axes::IMAGE;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    normal_axes: Option<Axes>,
}

/// The axes of the normals: those `chosen` by the user, else those of `layout.toml`, else the original dataset's.
pub(super) fn normal_axes(root: &Path, chosen: Option<Axes>) -> Result<Axes> {
    let path = root.join(FILE);
    let mut of_file = None;
    if path.exists() {
        let text = read_text(&path)?;
        let settings: Settings =
            toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        of_file = settings.normal_axes;
    }
    Ok(chosen.or(of_file).unwrap_or(ORIGINAL_AXES))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn axes(text: Option<&str>, chosen: Option<&str>) -> Result<String, String> {
        let folder = TempDir::new().unwrap();
        if let Some(text) = text {
            fs::write(folder.path().join(FILE), text).unwrap();
        }
        let chosen = chosen.map(|axes| axes.parse().unwrap());
        normal_axes(folder.path(), chosen)
            .map(|axes| axes.to_string())
            .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_option_comes_before_the_file_and_the_file_before_the_original() {
        let file = Some("normal_axes = \"left,up,away\"");
        assert_eq!(axes(None, None).unwrap(), "right,down,away");
        assert_eq!(axes(Some("# nothing\n"), None).unwrap(), "right,down,away");
        assert_eq!(axes(file, None).unwrap(), "left,up,away");
        let ours = Some("right,up,towards");
        assert_eq!(axes(file, ours).unwrap(), "right,up,towards");
        assert_eq!(axes(None, ours).unwrap(), "right,up,towards");
    }

    #[test]
    fn mistakes_in_the_file_are_named_even_if_the_option_overrides_it() {
        for (text, reason) in [
            (
                "normal_axes = \"right,up\"",
                "expected one of right and left",
            ),
            ("normal_axes = \"right,up,forward\"", "right,down,away"),
            ("normal_axes = 3", "string"),
            ("normals = \"right,up,towards\"", "normal_axes"),
            ("normal_axes", "line 1"),
        ] {
            for chosen in [None, Some("right,up,towards")] {
                let error = axes(Some(text), chosen).unwrap_err();
                assert!(error.contains(FILE) && error.contains(reason), "{error}");
            }
        }
    }
}
