//! Cryptomatte layers, which identify the object at a pixel by the hash of its name (specification 1.2.0,
//! Psyop/Cryptomatte).

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, bail, ensure};
use multicond_format::files::{Channel, Layer, OpenExr};
use ndarray::{Array2, ArrayView3};

use super::manifest::{self, Names};

/// Maximum number of ranks (pairs of id and coverage) to read; the default of the specification.
const MOST_RANKS: usize = 6;
/// Words in the names of layers that are mattes although no header says so.
const MATTES: [&str; 2] = ["crypto", "actorhitproxymask"];
/// Words in the names of mattes of objects.
const OBJECTS: [&str; 2] = ["object", "actor"];

/// A set of mattes: alternating channels of ids and coverage, and the names of the ids.
#[derive(Debug)]
pub(super) struct Cryptomatte {
    pub(super) channels: Vec<Channel>,
    /// The view layer, camera or view that it belongs to.
    pub(super) group: String,
    /// The name of its layers, without the number.
    pub(super) name: String,
    /// The names by id, if the file or one beside it lists them.
    listed: Option<Names>,
    /// Names of objects that the user knows, by id.
    guessed: Names,
    /// What is wrong with the file, although it can be read.
    pub(super) doubt: Option<String>,
}

/// Which mattes to look for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    /// By name; mattes of objects if absent.
    pub(super) name: Option<&'a str>,
    /// In a view layer, camera, view or part of the file.
    pub(super) group: Option<&'a str>,
}

/// Mattes in a file: the name of their layers, and the header's entries about them.
struct Set {
    name: String,
    /// `None` if the header says nothing about them.
    header: Option<BTreeMap<String, String>>,
}

impl Cryptomatte {
    /// Finds the mattes of objects, or those with the given name.
    pub(super) fn find(file: &OpenExr, path: &Path, wanted: Wanted<'_>) -> Result<Option<Self>> {
        let mut sets = sets(file);
        if let Some(group) = wanted.group {
            sets.retain(|set| layer(file, &set.name, 0).is_none_or(|layer| layer.is_in(group)));
        }
        let names = |sets: &[Set]| {
            let names: Vec<String> = sets.iter().map(|set| format!("`{}`", set.name)).collect();
            names.join(", ")
        };
        let all = match names(&sets) {
            none if none.is_empty() => "none".to_owned(),
            names => names,
        };
        if let Some(name) = wanted.name {
            sets.retain(|set| is_called(&set.name, name));
            if sets.is_empty() {
                bail!("{}: has no Cryptomatte `{name}`, but {all}", path.display());
            }
        } else if sets.len() > 1 {
            let of_objects = |name: &str| {
                OBJECTS
                    .iter()
                    .any(|word| last(name).to_lowercase().contains(word))
            };
            sets.retain(|set| of_objects(&set.name));
        }
        let set = match sets.len() {
            0 => return Ok(None),
            1 => sets.remove(0),
            _ => bail!(
                "{}: has several Cryptomattes of objects: {}; set `cryptomatte` or `view_layer` in [layers]",
                path.display(),
                names(&sets)
            ),
        };
        Self::read(file, path, set).map(Some)
    }

    fn read(file: &OpenExr, path: &Path, set: Set) -> Result<Self> {
        let Set { name, header } = set;
        let place = path.display();
        let channels = channels(file, &name);
        ensure!(
            !channels.is_empty(),
            "{place}: has the Cryptomatte `{name}` in its header, but no layer `{name}00`"
        );
        ensure!(
            channels.iter().step_by(2).all(|id| file.is_single(*id)),
            "{place}: its Cryptomatte `{name}` is not in single floats, so its ids are lost"
        );
        let (listed, mut doubt) = match &header {
            Some(header) => manifest::read(path, &name, header)?,
            None => (None, None),
        };
        if header.is_none() {
            doubt = Some(format!(
                "{place}: has the layers `{name}00`, ..., but its header has no `cryptomatte/` entries about them; \
                 only objects whose names are in frames.toml or the camera file are known, by the names' hashes"
            ));
        }
        let group = layer(file, &name, 0).map(Layer::group);
        Ok(Self {
            channels,
            group: group.unwrap_or_default(),
            name,
            listed,
            guessed: Names::new(),
            doubt,
        })
    }

    /// Uses these names where the file does not list the names of its objects.
    pub(super) fn guess(&mut self, names: impl IntoIterator<Item = String>) {
        if self.listed.is_none() {
            let hashed = names.into_iter().map(|name| (manifest::id(&name), name));
            self.guessed.extend(hashed);
        }
    }

    /// The name of an id.
    pub(super) fn name(&self, id: u32) -> Option<&str> {
        let names = self.listed.as_ref().unwrap_or(&self.guessed);
        names.get(&id).map(String::as_str)
    }
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

/// The mattes in a file: those in the attributes `cryptomatte/KEY/ENTRY`, and layers with such names.
fn sets(file: &OpenExr) -> Vec<Set> {
    let mut entries: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (attribute, text) in file.texts() {
        let rest = attribute.strip_prefix("exr/").unwrap_or(&attribute);
        let parts = rest.strip_prefix("cryptomatte/");
        if let Some((key, entry)) = parts.and_then(|parts| parts.split_once('/')) {
            let entries = entries.entry(key.into()).or_default();
            entries.insert(entry.into(), text);
        }
    }
    let in_header = entries.into_values().filter_map(|entries| {
        Some(Set {
            name: entries.get("name")?.clone(),
            header: Some(entries),
        })
    });
    let mut sets: Vec<Set> = in_header.collect();
    for layer in file.layers() {
        let Some(name) = layer.name().strip_suffix("00") else {
            continue;
        };
        let plain = last(name).to_lowercase();
        let is_matte =
            MATTES.iter().any(|word| plain.contains(word)) && layer.channels(4).is_some();
        let is_known = sets.iter().any(|set| is_called(name, &set.name));
        if is_matte && !is_known {
            sets.push(Set {
                name: name.to_owned(),
                header: None,
            });
        }
    }
    sets
}

/// Channels of the layers `NAME00`, `NAME01`, ...: alternating ids and coverage.
fn channels(file: &OpenExr, name: &str) -> Vec<Channel> {
    let layers = (0..MOST_RANKS / 2).map(|number| layer(file, name, number)?.channels(4));
    layers.map_while(|channels| channels).flatten().collect()
}

fn layer<'a>(file: &'a OpenExr, name: &str, number: usize) -> Option<&'a Layer> {
    let wanted = format!("{name}{number:02}");
    let find = |is_it: &dyn Fn(&Layer) -> bool| file.layers().iter().find(|layer| is_it(layer));
    find(&|layer| layer.name() == wanted)
        .or_else(|| find(&|layer| layer.name().eq_ignore_ascii_case(&wanted)))
        .or_else(|| find(&|layer| layer.last_name().eq_ignore_ascii_case(last(&wanted))))
}

/// Whether mattes have a name, which may lack the enclosing layers.
fn is_called(full: &str, name: &str) -> bool {
    full.eq_ignore_ascii_case(name) || last(full).eq_ignore_ascii_case(name)
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
}
