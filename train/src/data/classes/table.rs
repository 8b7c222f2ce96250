//! `classes.toml`: the user's table of classes, for names that differ between datasets or from a model's.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use multicond_format::storage::read_text;
use serde::{Deserialize, Serialize};

use super::ClassList;

/// What classes of datasets are, by the names of the classes. A dataset's own entries count before those for all.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct ClassTable(BTreeMap<String, Entry>);

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected the name of a class, or \"\" for none")]
enum Entry {
    /// What a class is; empty for missing.
    Class(String),
    /// The entries for one dataset only.
    Dataset(BTreeMap<String, String>),
}

impl ClassTable {
    /// Reads a table.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a table of names.
    pub fn load(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let parsed = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}", error.message()));
        parsed.with_context(|| path.display().to_string())
    }

    /// The entries that count for a dataset of this name, or at this path, whose end the table may have instead.
    pub(in crate::data) fn for_dataset(&self, name: &str, root: &Path) -> PartClasses {
        let mut entries = BTreeMap::new();
        for (key, entry) in &self.0 {
            if let Entry::Class(becomes) = entry {
                entries.insert(key.clone(), becomes.clone());
            }
        }
        for (key, entry) in &self.0 {
            if let Entry::Dataset(own) = entry
                && is_called(key, name, root)
            {
                entries.extend(own.clone());
            }
        }
        PartClasses(entries)
    }

    /// The entries and sections that say nothing about any of these datasets, given by name, path and classes.
    pub(in crate::data) fn unused(&self, datasets: &[(&str, &Path, ClassList)]) -> Vec<String> {
        let (mut unused, mut nowhere) = (Vec::new(), Vec::new());
        for (key, entry) in &self.0 {
            match entry {
                Entry::Class(_) => {
                    if !datasets.iter().any(|(_, _, list)| list.find(key).is_some()) {
                        nowhere.push(key.as_str());
                    }
                }
                Entry::Dataset(own) => {
                    let meant = datasets
                        .iter()
                        .filter(|(name, root, _)| is_called(key, name, root));
                    let meant: Vec<&ClassList> = meant.map(|(_, _, list)| list).collect();
                    if meant.is_empty() {
                        unused.push(format!("no dataset is called `{key}`"));
                        continue;
                    }
                    let is_there =
                        |class: &str| meant.iter().any(|list| list.find(class).is_some());
                    let missing = own.keys().filter(|class| !is_there(class));
                    let missing: Vec<&str> = missing.map(String::as_str).collect();
                    unused.extend(lacking(&format!("`{key}`"), &missing));
                }
            }
        }
        unused.extend(lacking("no dataset", &nowhere));
        unused
    }
}

/// Says that datasets have none of these classes, if there are any.
pub(in crate::data) fn lacking(who: &str, classes: &[&str]) -> Option<String> {
    let verb = if who == "no dataset" {
        "has"
    } else {
        "does not have"
    };
    let names = classes.iter().map(|class| format!("`{class}`"));
    let names = names.collect::<Vec<_>>().join(", ");
    (!classes.is_empty()).then(|| format!("{who} {verb} {names}"))
}

/// Whether a section means a dataset: it has its name, or the end of its path.
fn is_called(section: &str, name: &str, root: &Path) -> bool {
    section == name || root.ends_with(section)
}

/// The table's entries for one dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::data) struct PartClasses(BTreeMap<String, String>);

impl PartClasses {
    pub(in crate::data) fn new(entries: BTreeMap<String, String>) -> Self {
        Self(entries)
    }

    /// Adds entries, which count before those it has.
    pub(in crate::data) fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Names of the dataset's classes, and what they are.
    pub(in crate::data) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.0.iter();
        entries.map(|(class, becomes)| (class.as_str(), becomes.as_str()))
    }

    /// Whether the table says nothing about the dataset.
    pub(in crate::data) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For each of the dataset's classes the name of the class that it is, `None` if it is dropped.
    pub(in crate::data) fn meanings<'a>(&'a self, classes: &'a [String]) -> Vec<Option<&'a str>> {
        let mut meanings: Vec<Option<&str>> = classes.iter().map(|c| Some(c.as_str())).collect();
        if !self.is_empty() {
            let known = ClassList::new(classes);
            for (class, becomes) in &self.0 {
                if let Some(id) = known.find(class) {
                    // As the dataset spells it, if it has such a class itself.
                    let own = known.find(becomes).map(|id| classes[id].as_str());
                    let name = own.unwrap_or(becomes);
                    meanings[id] = (!name.is_empty()).then_some(name);
                }
            }
        }
        meanings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "sofa = 'seat'\nsky = ''\n['rooms/train']\nSofa = 'bed'\nmoon = ''";

    #[test]
    fn entries_of_a_dataset_count_before_those_for_all() {
        let table: ClassTable = toml::from_str(TABLE).unwrap();
        let classes = ["wall", "sofa", "sky"].map(str::to_owned);
        let others = table.for_dataset("x", Path::new("/data/other"));
        let meanings = others.meanings(&classes);
        assert_eq!(meanings, [Some("wall"), Some("seat"), None]);
        let rooms = table.for_dataset("train", Path::new("/data/rooms/train"));
        assert!(rooms.meanings(&classes).contains(&None));
        let unused = table.unused(&[("x", Path::new("/x"), ClassList::new(&classes))]);
        assert_eq!(unused, ["no dataset is called `rooms/train`"]);
        let list = ClassList::new(&classes[..2]);
        let unused = table.unused(&[("rooms/train", Path::new("/x"), list)]);
        assert_eq!(
            unused,
            ["`rooms/train` does not have `moon`", "no dataset has `sky`"]
        );
    }

    #[test]
    fn what_is_no_table_is_said() {
        let error = toml::from_str::<ClassTable>("sofa = 3").unwrap_err();
        assert!(error.to_string().contains("name of a class"), "{error}");
    }
}
