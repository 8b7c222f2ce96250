//! Opens one or several datasets as one: those on the command line, and those that a `.toml` file lists with their own
//! options.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, ensure};
use clap::ValueEnum;
use multicond_format::storage::read_text;
use serde::Deserialize;

use super::{
    Dataset, Format,
    classes::{ClassList, ClassTable, PartClasses, lacking},
    part::{OpenOptions, Part},
};
use crate::short_names::shortest;

/// The largest number of datasets in one, and the largest weight.
const MOST: usize = 64;
const HEAVIEST: f64 = 100.0;
/// Components of a path in a dataset's name.
const COMPONENTS: usize = 2;

/// The file that lists datasets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mixture {
    /// As in `classes.toml`, for all datasets here.
    #[serde(default)]
    classes: ClassTable,
    #[serde(rename = "dataset")]
    datasets: Vec<Entry>,
}

/// A dataset. What it does not say is as on the command line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Relative to the file.
    path: PathBuf,
    name: Option<String>,
    #[serde(default = "once")]
    weight: f64,
    format: Option<String>,
    split: Option<String>,
    frames: Option<PathBuf>,
    class_count: Option<usize>,
    normal_axes: Option<String>,
    derive: Option<Vec<String>>,
    fov: Option<f32>,
    /// For this dataset only.
    #[serde(default)]
    classes: BTreeMap<String, String>,
}

fn once() -> f64 {
    1.0
}

/// A dataset to open.
struct Wanted {
    root: PathBuf,
    options: OpenOptions,
    name: Option<String>,
    weight: f64,
    /// The tables of classes, of which later ones count before earlier ones.
    tables: Vec<ClassTable>,
    own_classes: PartClasses,
}

/// Opens folders, files and lists of datasets as one dataset.
pub(super) fn open(roots: &[&Path], options: &OpenOptions) -> Result<Dataset> {
    let mut wanted = Vec::new();
    for root in roots {
        if is_list(root) {
            wanted.extend(read(root, options).with_context(|| root.display().to_string())?);
        } else {
            wanted.push(Wanted {
                root: root.to_path_buf(),
                options: OpenOptions {
                    // They are listed by their names in the whole.
                    frames: None,
                    ..options.clone()
                },
                name: None,
                weight: once(),
                tables: vec![options.class_table.clone()],
                own_classes: PartClasses::default(),
            });
        }
    }
    ensure!(
        (1..=MOST).contains(&wanted.len()),
        "1 to {MOST} datasets can be used together, not {}",
        wanted.len()
    );
    let names = names(&wanted)?;
    let mut parts = Vec::with_capacity(wanted.len());
    for (wanted, name) in wanted.iter().zip(names) {
        let part = Part::open(&wanted.root, &wanted.options)?.with_name(name);
        let mut classes = PartClasses::default();
        for table in &wanted.tables {
            classes.add(table.for_dataset(part.name(), part.root()));
        }
        classes.add(wanted.own_classes.clone());
        parts.push((part.with_classes(classes), wanted.weight));
    }
    let unused = unused(&wanted, &parts);
    Ok(Dataset::join(parts, options.frames.as_deref())?.with_unused_rules(unused))
}

/// Whether a path is that of a list of datasets.
fn is_list(path: &Path) -> bool {
    let is_toml = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    is_toml && path.is_file()
}

fn read(path: &Path, options: &OpenOptions) -> Result<Vec<Wanted>> {
    let text = read_text(path)?;
    let list: Mixture = toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(0, |span| text[..span.start].lines().count().max(1));
        anyhow!("line {line}: {}", error.message().replace('\n', ", "))
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let Mixture { classes, datasets } = list;
    let entries = datasets.into_iter();
    entries
        .map(|entry| {
            let place = entry.path.display().to_string();
            entry
                .wanted(folder, &classes, options)
                .with_context(|| format!("dataset `{place}`"))
        })
        .collect()
}

impl Entry {
    fn wanted(self, folder: &Path, classes: &ClassTable, options: &OpenOptions) -> Result<Wanted> {
        ensure!(
            self.weight > 0.0 && self.weight <= HEAVIEST,
            "weight is {}, expected more than 0 and at most {HEAVIEST}",
            self.weight
        );
        let is_angle = |degrees: f32| degrees > 0.0 && degrees < 180.0;
        ensure!(
            self.fov.is_none_or(is_angle),
            "fov must be degrees, more than 0 and less than 180"
        );
        let of = |key: &str, reason: String| anyhow!("{key}: {reason}");
        let format = self.format.map(|name| Format::from_str(&name, false));
        let format = format.transpose().map_err(|_| {
            let names = Format::value_variants().iter().map(|format| format.name());
            of(
                "format",
                format!("expected {}", names.collect::<Vec<_>>().join(", ")),
            )
        })?;
        let axes = self.normal_axes.map(|text| text.parse());
        let axes = axes
            .transpose()
            .map_err(|error| anyhow!("normal_axes: {error}"))?;
        let derive = self.derive.map(|texts| {
            let parsed = texts.iter().map(|text| text.parse());
            parsed.collect::<Result<Vec<_>, String>>()
        });
        let derive = derive.transpose().map_err(|reason| of("derive", reason))?;
        let frames = self.frames.map(|frames| folder.join(frames));
        Ok(Wanted {
            root: folder.join(self.path),
            options: OpenOptions {
                format: format.or(options.format),
                split: self.split.or_else(|| options.split.clone()),
                frames,
                classes: self.class_count.or(options.classes),
                normal_axes: axes.or(options.normal_axes),
                derive: derive.unwrap_or_else(|| options.derive.clone()),
                field_of_view: self.fov.or(options.field_of_view),
                class_table: ClassTable::default(),
            },
            name: self.name,
            weight: self.weight,
            tables: vec![classes.clone(), options.class_table.clone()],
            own_classes: PartClasses::new(self.classes),
        })
    }
}

/// The names of datasets: those that the user chose, else the last parts of the paths, as many as tell them apart.
fn names(wanted: &[Wanted]) -> Result<Vec<String>> {
    let components = |wanted: &Wanted| -> Vec<String> {
        let root = wanted.root.canonicalize().unwrap_or(wanted.root.clone());
        let normal = root.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        });
        normal.collect()
    };
    let paths: Vec<Vec<String>> = wanted.iter().map(components).collect();
    let mut names = shortest(&paths, &[], COMPONENTS);
    for index in 0..wanted.len() {
        if let Some(chosen) = &wanted[index].name {
            names[index].clone_from(chosen);
        } else if paths.iter().filter(|path| **path == paths[index]).count() > 1
            && let Some(split) = &wanted[index].options.split
        {
            names[index] += &format!(" ({split})");
        }
    }
    for (index, name) in names.iter().enumerate() {
        ensure!(!name.is_empty(), "a dataset's name must not be empty");
        ensure!(
            !names[..index].contains(name),
            "{}: two datasets are called `{name}`",
            wanted[index].root.display()
        );
    }
    Ok(names)
}

/// What tables of classes say about no dataset.
fn unused(wanted: &[Wanted], parts: &[(Part, f64)]) -> Vec<String> {
    let list = |part: &Part| {
        let classes = part.labels().iter().filter_map(|label| label.classes());
        ClassList::new(&classes.flatten().cloned().collect::<Vec<_>>())
    };
    let lists: Vec<ClassList> = parts.iter().map(|(part, _)| list(part)).collect();
    let mut unused = Vec::new();
    let mut tables: Vec<&ClassTable> = Vec::new();
    for table in wanted.iter().flat_map(|wanted| &wanted.tables) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    for table in tables {
        let uses = |index: &usize| wanted[*index].tables.contains(table);
        let datasets = (0..parts.len()).filter(uses).map(|index| {
            let part = &parts[index].0;
            (part.name(), part.root(), lists[index].clone())
        });
        unused.extend(table.unused(&datasets.collect::<Vec<_>>()));
    }
    for ((wanted, (part, _)), list) in wanted.iter().zip(parts).zip(&lists) {
        let classes = wanted.own_classes.entries().map(|(class, _)| class);
        let missing: Vec<&str> = classes.filter(|class| list.find(class).is_none()).collect();
        unused.extend(lacking(&format!("`{}`", part.name()), &missing));
    }
    unused
}
