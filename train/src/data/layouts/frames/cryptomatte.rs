//! Cryptomatte layers, which identify the object at a pixel by the hash of its name (specification 1.2.0,
//! Psyop/Cryptomatte).

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::Read,
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use multicond_format::files::{Channel, OpenExr};
use ndarray::{Array2, ArrayView3};

/// Maximum number of ranks (pairs of id and coverage) to read; the default of the specification.
const MOST_RANKS: usize = 6;
/// Maximum size in bytes of a manifest in a separate file, enough for a million objects.
const LARGEST_MANIFEST: u64 = 64 << 20;

/// A set of mattes: alternating channels of ids and coverage, and the names of the ids.
#[derive(Debug)]
pub(super) struct Cryptomatte {
    pub(super) channels: Vec<Channel>,
    names: HashMap<u32, String>,
}

impl Cryptomatte {
    /// Finds the mattes of objects, or those with the given name.
    pub(super) fn find(file: &OpenExr, path: &Path, wanted: Option<&str>) -> Result<Option<Self>> {
        let sets = sets(file);
        let fits = |set: &&BTreeMap<String, String>| {
            let name = set.get("name").map(|name| last(name).to_lowercase());
            name.is_some_and(|name| match wanted {
                Some(wanted) => name == wanted.to_lowercase(),
                None => name.contains("object") || name.contains("actor"),
            })
        };
        let found = sets.iter().find(fits);
        let set = match (found, wanted) {
            (Some(set), _) => set,
            (None, Some(wanted)) => {
                let names: Vec<&str> = sets
                    .iter()
                    .filter_map(|set| set.get("name"))
                    .map(|n| last(n))
                    .collect();
                bail!(
                    "{}: has no Cryptomatte `{wanted}`, but {}",
                    path.display(),
                    if names.is_empty() {
                        "none".into()
                    } else {
                        names.join(", ")
                    }
                )
            }
            (None, None) => match sets.first().filter(|set| set.contains_key("name")) {
                Some(only) if sets.len() == 1 => only,
                _ => return Ok(None),
            },
        };
        let name = &set["name"];
        let channels = channels(file, name);
        ensure!(
            !channels.is_empty(),
            "{}: has the Cryptomatte `{name}` in its header, but no layer `{name}00`",
            path.display()
        );
        let manifest = match (set.get("manifest"), set.get("manif_file")) {
            (Some(manifest), _) => manifest.clone(),
            (None, Some(file)) => read_beside(path, file)?,
            (None, None) => bail!(
                "{}: its Cryptomatte `{name}` has no manifest",
                path.display()
            ),
        };
        let names = names(&manifest)
            .with_context(|| format!("{}: the manifest of `{name}`", path.display()))?;
        Ok(Some(Self { channels, names }))
    }

    /// The name of an id.
    pub(super) fn name(&self, id: u32) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }
}

/// Reads a manifest from a separate file next to the picture.
fn read_beside(path: &Path, name: &str) -> Result<String> {
    let name = Path::new(name).file_name().unwrap_or_default();
    let path = path.with_file_name(name);
    let place = || path.display().to_string();
    let file = File::open(&path).with_context(place)?;
    let mut manifest = String::new();
    let read = file.take(LARGEST_MANIFEST).read_to_string(&mut manifest);
    read.with_context(place)?;
    Ok(manifest)
}

/// The id with the highest coverage at each pixel, 0 if there is none. `planes` are the channels of a [`Cryptomatte`].
pub(super) fn ids(planes: ArrayView3<'_, f32>) -> Array2<u32> {
    let (channels, height, width) = planes.dim();
    Array2::from_shape_fn((height, width), |(y, x)| {
        let ranks = (0..channels / 2).map(|rank| {
            let id = planes[[2 * rank, y, x]];
            (id.to_bits(), planes[[2 * rank + 1, y, x]])
        });
        let covering = ranks.filter(|&(id, share)| id != 0 && share > 0.0);
        let most = covering.max_by(|(_, a), (_, b)| a.total_cmp(b));
        most.map_or(0, |(id, _)| id)
    })
}

/// The attributes `cryptomatte/KEY/ENTRY`, grouped by key.
fn sets(file: &OpenExr) -> Vec<BTreeMap<String, String>> {
    let mut sets: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (attribute, text) in file.texts() {
        let rest = attribute.strip_prefix("exr/").unwrap_or(&attribute);
        let parts = rest.strip_prefix("cryptomatte/");
        if let Some((key, entry)) = parts.and_then(|parts| parts.split_once('/')) {
            sets.entry(key.into())
                .or_default()
                .insert(entry.into(), text);
        }
    }
    sets.into_values().collect()
}

/// Channels of the layers `NAME00`, `NAME01`, ...: alternating ids and coverage.
fn channels(file: &OpenExr, name: &str) -> Vec<Channel> {
    let mut channels = Vec::new();
    for number in 0..MOST_RANKS / 2 {
        let wanted = format!("{name}{number:02}");
        let mut layers = file.layers().iter();
        let layer =
            layers.find(|layer| layer.name() == wanted || layer.last_name() == last(&wanted));
        let Some(four) = layer.and_then(|layer| layer.channels(4)) else {
            break;
        };
        channels.extend(four);
    }
    channels
}

/// Names by id, from JSON that maps names to hexadecimal ids.
fn names(manifest: &str) -> Result<HashMap<u32, String>> {
    let ids: HashMap<String, String> =
        serde_json::from_str(manifest).context("expected an object of names and ids")?;
    ids.into_iter()
        .map(|(name, id)| match u32::from_str_radix(&id, 16) {
            Ok(id) => Ok((as_float(id), name)),
            Err(_) => bail!("`{name}` has the id `{id}`, expected eight hexadecimal digits"),
        })
        .collect()
}

/// The bits of the float that represents a hash. Exponents of subnormal, infinite and NaN floats are changed, but
/// Blender's manifests hold the unchanged hashes.
fn as_float(hash: u32) -> u32 {
    match hash >> 23 & 0xff {
        0 | 0xff => hash ^ 1 << 23,
        _ => hash,
    }
}

fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn the_largest_share_counts() {
        let mut planes = Array3::zeros((4, 1, 3));
        let id = |bits: u32| f32::from_bits(bits);
        planes[[0, 0, 0]] = id(0x3f12_3456);
        planes[[1, 0, 0]] = 0.4;
        planes[[2, 0, 0]] = id(0x4a65_4321);
        planes[[3, 0, 0]] = 0.6;
        planes[[0, 0, 1]] = id(0x3f12_3456);
        planes[[1, 0, 1]] = 1.0;
        let expected = ndarray::array![[0x4a65_4321, 0x3f12_3456, 0]];
        assert_eq!(ids(planes.view()), expected);
    }

    #[test]
    fn manifests() {
        let names = names(r#"{"Chair": "3f123456", "Table.001": "ca654321"}"#).unwrap();
        assert_eq!(names[&0xca65_4321], "Table.001");
        assert!(super::names(r#"{"Chair": "seat"}"#).is_err());
        assert!(super::names("[]").is_err());
    }
}
