//! Splits of buildings: from a table in the dataset's folder, or the original Tiny split.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// File name of the table, in the dataset's folder.
const TABLE: &str = "splits.csv";

/// The Tiny split of the dataset's authors.
const TINY: [(&str, &[&str]); 3] = [
    (
        "train",
        &[
            "allensville",
            "beechwood",
            "benevolence",
            "coffeen",
            "cosmos",
            "forkland",
            "hanson",
            "hiteman",
            "klickitat",
            "lakeville",
            "leonardo",
            "lindenwood",
            "marstons",
            "merom",
            "mifflinburg",
            "newfields",
            "onaga",
            "pinesdale",
            "pomaria",
            "ranchester",
            "shelbyville",
            "stockman",
            "tolstoy",
            "wainscott",
            "woodbine",
        ],
    ),
    (
        "val",
        &[
            "collierville",
            "corozal",
            "darden",
            "markleeville",
            "wiconisco",
        ],
    ),
    (
        "test",
        &["ihlen", "mcdade", "muleshoe", "noxapater", "uvalda"],
    ),
];

/// A line of the dataset's tables: a building, and 1 in the column of its split.
#[derive(Deserialize)]
struct Line {
    id: String,
    train: u8,
    val: u8,
    test: u8,
}

/// The split of each of these buildings; empty if there is no table and they are not those of Tiny.
pub(super) fn splits<'a>(
    root: &Path,
    buildings: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, &'static str>> {
    let buildings: BTreeSet<&str> = buildings.collect();
    let path = root.join(TABLE);
    let found = if path.exists() {
        read(&path)?
    } else {
        let tiny = TINY.iter();
        tiny.flat_map(|(split, all)| all.iter().map(|building| ((*building).into(), *split)))
            .collect()
    };
    let missing = buildings.iter().find(|name| !found.contains_key(**name));
    match missing {
        None => Ok(found),
        Some(_) if !path.exists() => Ok(BTreeMap::new()),
        Some(name) => {
            anyhow::bail!("{}: has no line for `{name}`", path.display())
        }
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, &'static str>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    let mut splits = BTreeMap::new();
    for line in reader.deserialize() {
        let line: Line = line.with_context(|| {
            format!(
                "{}: expected the columns id, train, val, test, with 1 in the column of a building's split",
                path.display()
            )
        })?;
        let split = match (line.train, line.val, line.test) {
            (1, 0, 0) => "train",
            (0, 1, 0) => "val",
            (0, 0, 1) => "test",
            // The authors' tables also list buildings that are not in the smaller splits.
            (0, 0, 0) => "none",
            _ => anyhow::bail!("{}: `{}` is in several splits", path.display(), line.id),
        };
        splits.insert(line.id, split);
    }
    ensure!(!splits.is_empty(), "{}: is empty", path.display());
    Ok(splits)
}
