//! The names of the ids in a Cryptomatte: from its manifest, in the header or in a file beside it, and by hashing names.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use multicond_format::storage::read_text;

/// Names by id.
pub(super) type Names = HashMap<u32, String>;

/// The names by id that a Cryptomatte's header or a file beside it lists, and what is wrong if that file is missing.
pub(super) fn read(
    path: &Path,
    name: &str,
    header: &BTreeMap<String, String>,
) -> Result<(Option<Names>, Option<String>)> {
    let text = |entry: &str| header.get(entry).filter(|text| !text.trim().is_empty());
    let manifest = match (text("manifest"), text("manif_file")) {
        (Some(manifest), _) => manifest.clone(),
        (None, Some(file)) => match beside(path, file) {
            Some(file) => read_text(&file)?,
            None => {
                let doubt = format!(
                    "{}: the manifest of its Cryptomatte `{name}` is in `{file}`, which is not there",
                    path.display()
                );
                return Ok((None, Some(doubt)));
            }
        },
        (None, None) => return Ok((None, None)),
    };
    let names = parse(&manifest)
        .with_context(|| format!("{}: the manifest of `{name}`", path.display()))?;
    Ok((Some(names), None))
}

/// The file of a manifest: at the path that the header gives, which counts from the picture's folder and may not lead
/// out of it, or beside the picture.
fn beside(picture: &Path, file: &str) -> Option<PathBuf> {
    let file = PathBuf::from(file.replace('\\', "/"));
    let folder = picture.parent().unwrap_or(Path::new(""));
    let is_inside = file
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let inside = is_inside.then(|| folder.join(&file));
    let beside = file.file_name().map(|name| folder.join(name));
    [inside, beside]
        .into_iter()
        .flatten()
        .find(|path| path.is_file())
}

/// Names by id, from JSON that maps names to hexadecimal ids.
fn parse(manifest: &str) -> Result<Names> {
    let ids: HashMap<String, String> =
        serde_json::from_str(manifest).context("expected an object of names and ids")?;
    ids.into_iter()
        .map(|(name, id)| match u32::from_str_radix(&id, 16) {
            Ok(id) => Ok((as_float(id), name)),
            Err(_) => bail!("`{name}` has the id `{id}`, expected eight hexadecimal digits"),
        })
        .collect()
}

/// The id of an object: the hash of its name, as the bits of a float.
pub(super) fn id(name: &str) -> u32 {
    let hash = murmur3::murmur3_32(&mut name.as_bytes(), 0);
    as_float(hash.expect("bytes in memory can be read"))
}

/// The bits of the float that represents a hash. Exponents of subnormal, infinite and NaN floats are changed, but
/// Blender's manifests hold the unchanged hashes.
fn as_float(hash: u32) -> u32 {
    match hash >> 23 & 0xff {
        0 | 0xff => hash ^ 1 << 23,
        _ => hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests() {
        let names = parse(r#"{"Chair": "3f123456", "Table.001": "ca654321"}"#).unwrap();
        assert_eq!(names[&0xca65_4321], "Table.001");
        assert!(parse(r#"{"Chair": "seat"}"#).is_err());
        assert!(parse("[]").is_err());
    }

    #[test]
    fn ids_are_hashes() {
        // The examples of the specification's Python code, and a hash whose exponent is changed.
        assert_eq!(id("hello"), 0x248b_fa47);
        assert_eq!(as_float(0x0012_3456), 0x0092_3456);
        assert_eq!(as_float(0x7f92_3456), 0x7f12_3456);
        assert_eq!(as_float(0xff92_3456), 0xff12_3456);
    }

    #[test]
    fn manifests_in_files_are_inside_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let frames = folder.path().join("frames");
        std::fs::create_dir_all(frames.join("names")).unwrap();
        for file in ["frames/names/a.json", "frames/b.json", "secret.json"] {
            std::fs::write(folder.path().join(file), "{}").unwrap();
        }
        let picture = frames.join("a.exr");
        let found = |file: &str| {
            let path = beside(&picture, file)?;
            Some(path.strip_prefix(&frames).unwrap().display().to_string())
        };
        assert_eq!(found("names/a.json").as_deref(), Some("names/a.json"));
        assert_eq!(found(r".\names\a.json").as_deref(), Some("names/a.json"));
        assert_eq!(found("b.json").as_deref(), Some("b.json"));
        // The path on the machine that rendered it.
        assert_eq!(found("D:/renders/b.json").as_deref(), Some("b.json"));
        assert_eq!(found("../secret.json"), None);
        let outside = folder.path().join("secret.json");
        assert_eq!(found(&outside.display().to_string()), None);
    }
}
