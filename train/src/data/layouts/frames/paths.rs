//! Path patterns, in which `{frame}` stands for the frame's name.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The path of a frame's file.
pub(super) fn path(folder: &Path, pattern: &str, frame: &str) -> PathBuf {
    folder.join(pattern.replace("{frame}", frame))
}

/// The frames for which the file exists, sorted by name.
pub(super) fn frames(folder: &Path, pattern: &str) -> Result<Vec<String>> {
    let (before, after) = pattern
        .split_once("{frame}")
        .context("the path of a frame must contain `{frame}`")?;
    let (inner, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    // `{frame}` may name a folder: what follows it up to the next `/` is part of that name.
    let suffix = after.split_once('/').map_or(after, |(suffix, _)| suffix);
    let listed = folder.join(inner);
    let listing = fs::read_dir(&listed).with_context(|| listed.display().to_string())?;
    let mut frames = Vec::new();
    for entry in listing {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let middle = name
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(suffix));
        let frame = middle.filter(|frame| !frame.is_empty());
        if let Some(frame) = frame
            && path(folder, pattern, frame).is_file()
        {
            frames.push(frame.to_owned());
        }
    }
    frames.sort();
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_files_or_folders() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "rgb/a.png",
            "rgb/b.png",
            "rgb/c.txt",
            "b/depth.exr",
            "a/none.exr",
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(frames(root, "rgb/{frame}.png").unwrap(), ["a", "b"]);
        assert_eq!(frames(root, "{frame}/depth.exr").unwrap(), ["b"]);
        assert_eq!(path(root, "rgb/{frame}.png", "a"), root.join("rgb/a.png"));
    }
}
