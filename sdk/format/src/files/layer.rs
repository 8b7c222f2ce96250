//! The layer of an OpenEXR file in a command's arguments: `FILE.exr:LAYER`.

use std::path::{Path, PathBuf};

/// Between a file and its layer. Colons elsewhere belong to the path: `C:\a.exr`, `10:30.exr`.
const BETWEEN: &str = ".exr:";

/// Divides `FILE.exr:LAYER` into the file and the layer. A file that exists with the whole text as its name is a file
/// without a layer.
pub fn split_layer(text: &str) -> (PathBuf, Option<&str>) {
    let whole = Path::new(text);
    if whole.exists() {
        return (whole.to_owned(), None);
    }
    let lower = text.to_ascii_lowercase();
    let ends = lower
        .match_indices(BETWEEN)
        .map(|(at, _)| at + BETWEEN.len() - 1);
    let parts = ends.map(|end| (Path::new(&text[..end]), &text[end + 1..]));
    let parts: Vec<_> = parts.filter(|(_, layer)| !layer.is_empty()).collect();
    let existing = parts.iter().find(|(file, _)| file.is_file());
    match existing.or(parts.first()) {
        Some((file, layer)) => (file.to_path_buf(), Some(layer)),
        None => (whole.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_the_extension_is_a_layer() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let split = |text: &str| {
            let (file, layer) = split_layer(text);
            (file.display().to_string(), layer.map(str::to_owned))
        };
        let layer = |file: &str, layer: &str| (file.to_owned(), Some(layer.to_owned()));
        let none = |file: &str| (file.to_owned(), None);
        assert_eq!(split("a.exr"), none("a.exr"));
        assert_eq!(split("a.exr:Depth"), layer("a.exr", "Depth"));
        assert_eq!(split("a.EXR:A.Depth.Z"), layer("a.EXR", "A.Depth.Z"));
        assert_eq!(split(r"C:\frames\a.exr"), none(r"C:\frames\a.exr"));
        assert_eq!(split(r"C:\frames\a.exr:Z"), layer(r"C:\frames\a.exr", "Z"));
        assert_eq!(split("10:30.exr"), none("10:30.exr"));
        assert_eq!(split("a.exr:"), none("a.exr:"));
        assert_eq!(split("a.png:R"), none("a.png:R"));
        assert_eq!(split("a.exr:b:c"), layer("a.exr", "b:c"));
        // Files that exist decide.
        for name in ["a.exr:b.exr", "c.exr:d.exr", "e.exr"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(split(&path("a.exr:b.exr")), none(&path("a.exr:b.exr")));
        assert_eq!(
            split(&path("c.exr:d.exr:Z")),
            layer(&path("c.exr:d.exr"), "Z")
        );
        assert_eq!(
            split(&path("e.exr:f.exr:Z")),
            layer(&path("e.exr"), "f.exr:Z")
        );
    }
}
