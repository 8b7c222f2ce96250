//! The table layout: a CSV or JSONL file that lists the files of each frame, for data in any other arrangement.
//!
//! Columns are `image`, labels by name, `instances`, `camera`, `name` and `split`; paths are relative to the table.
//! In the same folder, `classes.json` lists the names of the classes, and `labels.json` describes labels that multicond
//! does not know or that have another code.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use multicond_format::label::{Label, LabelMap, validate_labels};
use multicond_format::storage::read_text;

use super::{
    Contents, Entry, Layout, Unfilled, camera_file::Camera, classes_file, instances, picture_file,
    read_label,
};
use crate::data::{PathFrame, Sample, label_names};

const PICTURE: &str = "image";
const INSTANCES: &str = "instances";
const CAMERA: &str = "camera";
const NAME: &str = "name";
const SPLIT: &str = "split";

/// Whether a path is a table, by its name, or a folder with one.
pub(super) fn recognise(path: &Path) -> bool {
    file(path).is_some()
}

/// The path of the table: the path itself, or `table.csv` or `table.jsonl` in the folder.
fn file(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        let inside = ["table.csv", "table.jsonl"].map(|name| path.join(name));
        return inside.into_iter().find(|file| file.is_file());
    }
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    matches!(extension.as_str(), "csv" | "jsonl").then(|| path.to_owned())
}

/// A dataset listed by a table.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    contents: Contents,
}

/// A frame's files by column, without the labels that the frame lacks.
type Row = BTreeMap<String, PathBuf>;

impl Table {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let path = file(path)
            .with_context(|| format!("{}: a table is a .csv or .jsonl file", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let classes = classes_file(folder)?.unwrap_or_default();
        let (known, described) = known_labels(folder, &classes)?;
        let (mut rows, mut frames) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        let cells = cells(&path)?;
        let columns: BTreeSet<String> = cells.iter().flat_map(|row| row.keys().cloned()).collect();
        for (number, cells) in cells.into_iter().enumerate() {
            let place = || format!("{}: frame {}", path.display(), number + 1);
            let (row, entry) = row(cells, folder, &known).with_context(place)?;
            ensure!(
                names.insert(entry.name.clone()),
                "{}: a second `{}`",
                place(),
                entry.name
            );
            rows.push(row);
            frames.push(entry);
        }
        ensure!(!rows.is_empty(), "{}: names no frames", path.display());
        let has = |column: &str| rows.iter().any(|row: &Row| row.contains_key(column));
        let labels: Vec<Label> = known.into_iter().filter(|label| has(&label.name)).collect();
        let has_no_classes = |label: &&Label| label.classes().is_some_and(<[String]>::is_empty);
        if let Some(label) = labels.iter().find(has_no_classes) {
            bail!(
                "{}: has the column `{}`, but its folder has no classes.json with the names of the classes",
                path.display(),
                label.name
            );
        }
        if !labels.is_empty() {
            validate_labels(&labels)?;
        }
        let empty = columns.iter().filter(|column| {
            !has(column) && !matches!(column.as_str(), PICTURE | NAME | SPLIT | CAMERA)
        });
        let mut unfilled: Vec<Unfilled> = empty
            .map(|column| Unfilled::new(column, "its column has only empty cells"))
            .collect();
        let without_column = described.iter().filter(|name| !columns.contains(*name));
        unfilled.extend(without_column.map(|name| {
            Unfilled::new(
                name,
                "labels.json describes it, but the table has no such column",
            )
        }));
        let has_classes = labels.iter().any(|label| label.classes().is_some());
        if !classes.is_empty() && !has_classes && !columns.contains("semantics") {
            let reason = "classes.json names classes, but the table has no such column";
            unfilled.push(Unfilled::new("semantics", reason));
        }
        Ok(Self {
            contents: Contents {
                frames,
                labels,
                has_instances: has(INSTANCES),
                unfilled,
            },
            rows,
        })
    }
}

impl Layout for Table {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, index: usize, label: &Label) -> PathBuf {
        let row = &self.rows[index];
        row.get(&label.name).unwrap_or(&row[PICTURE]).clone()
    }

    fn is_coded(&self, label: &Label) -> bool {
        let can_be_missing = label.png.is_some_and(|code| code.missing.is_some());
        let has = |row: &Row| row.contains_key(&label.name);
        // If the code has no number for missing values, frames without the label could not be stored.
        if label.classes().is_none() && !can_be_missing && !self.rows.iter().all(has) {
            return false;
        }
        let files = self.rows.iter().filter_map(|row| row.get(&label.name));
        let is_png = |path: &PathBuf| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("png"))
        };
        files.clone().count() > 0 && files.clone().all(is_png)
    }

    fn path_frame(&self, index: usize) -> Result<Option<PathFrame>> {
        match self.rows[index].get(CAMERA) {
            Some(path) => Camera::path_frame(path, None),
            None => Ok(None),
        }
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let row = &self.rows[index];
        let picture = picture_file::read(&row[PICTURE])?;
        let (_, height, width) = picture.dim();
        let read = |path: &PathBuf, label: &Label| read_label(path, label, (width, height));
        let labels = schema.iter().map(|label| match row.get(&label.name) {
            Some(path) => read(path, label),
            None => Ok(LabelMap::missing(label, width, height)),
        });
        let labels = labels.collect::<Result<_>>()?;
        let camera = match row.get(CAMERA) {
            Some(path) => Camera::read(path, (width, height))?
                .with_context(|| format!("{}: not there", path.display()))
                .map(|camera| Some(camera.intrinsics))?,
            None => None,
        };
        let instances = row.get(INSTANCES);
        let instances = instances.map(|path| instances::read(path, (width, height)));
        Ok(Sample {
            name: self.contents.frames[index].name.clone(),
            picture,
            labels,
            confidence: Vec::new(),
            instances: instances.transpose()?,
            camera,
        })
    }
}

/// All labels that can be columns: those that multicond knows, and those in `labels.json`, whose names are returned too.
fn known_labels(folder: &Path, classes: &[String]) -> Result<(Vec<Label>, Vec<String>)> {
    let mut known = Label::built_in(classes);
    let mut names = Vec::new();
    let path = folder.join("labels.json");
    if path.exists() {
        let place = || path.display().to_string();
        let text = read_text(&path)?;
        let described: Vec<Label> = serde_json::from_str(&text).with_context(|| {
            format!(
                "{}: expected labels as in a model's manifest",
                path.display()
            )
        })?;
        for label in described {
            label.validate().with_context(place)?;
            known.retain(|other| other.name != label.name);
            names.push(label.name.clone());
            known.push(label);
        }
    }
    Ok((known, names))
}

/// The cells of every frame by column.
fn cells(path: &Path) -> Result<Vec<BTreeMap<String, String>>> {
    let place = || path.display().to_string();
    let is_csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let text = read_text(path)?;
    let mut rows: Vec<BTreeMap<String, String>> = Vec::new();
    if is_csv {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for row in reader.deserialize() {
            rows.push(row.with_context(place)?);
        }
    } else {
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let row: BTreeMap<String, Option<String>> =
                serde_json::from_str(line).with_context(|| {
                    format!(
                        "{}: line {}: expected an object of strings and nulls, {{\"image\": \"a.png\", ...}}",
                        path.display(),
                        number + 1
                    )
                })?;
            let cells = row.into_iter();
            rows.push(
                cells
                    .map(|(column, cell)| (column, cell.unwrap_or_default()))
                    .collect(),
            );
        }
    }
    Ok(rows)
}

fn row(cells: BTreeMap<String, String>, folder: &Path, known: &[Label]) -> Result<(Row, Entry)> {
    let mut row = Row::new();
    let (mut name, mut split) = (None, None);
    for (column, cell) in cells {
        let is_file = matches!(column.as_str(), PICTURE | INSTANCES | CAMERA)
            || known.iter().any(|label| label.name == column);
        let is_empty = cell.trim().is_empty();
        match column.as_str() {
            NAME | SPLIT if is_empty => {}
            _ if is_file && is_empty => {}
            NAME => name = Some(cell),
            SPLIT => split = Some(cell),
            _ if is_file => drop(row.insert(column, folder.join(cell))),
            _ => bail!(
                "column `{column}` is none of {PICTURE}, {NAME}, {SPLIT}, {INSTANCES}, {CAMERA}, {}",
                label_names(known)
            ),
        }
    }
    let picture = row
        .get(PICTURE)
        .with_context(|| format!("has no `{PICTURE}`"))?;
    let name = name.unwrap_or_else(|| {
        let relative = picture.strip_prefix(folder).unwrap_or(picture);
        relative.with_extension("").display().to_string()
    });
    Ok((row, Entry { name, split }))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn open(name: &str, bytes: &[u8]) -> Result<Table> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        fs::write(&path, bytes)?;
        Table::open(&path)
    }

    fn columns(table: &Table) -> Vec<Vec<&str>> {
        let rows = table.rows.iter();
        rows.map(|row| row.keys().map(String::as_str).collect())
            .collect()
    }

    #[test]
    fn a_null_is_an_empty_cell() {
        let lines = "{\"image\": \"a.png\", \"depth\": null, \"name\": null}\n\n{\"image\": \"b.png\", \"depth\": \"b.npy\"}";
        let table = open("t.jsonl", lines.as_bytes()).unwrap();
        assert_eq!(columns(&table), [vec!["image"], vec!["depth", "image"]]);
        assert_eq!(table.contents.frames[0].name, "a");
        let error = open("t.jsonl", b"{\"image\": null}").unwrap_err();
        assert!(
            format!("{error:#}").ends_with("has no `image`"),
            "{error:#}"
        );
        let error = open("t.jsonl", b"{\"image\": 3}").unwrap_err();
        assert!(
            format!("{error:#}").contains("strings and nulls"),
            "{error:#}"
        );
    }

    #[test]
    fn tables_of_other_programs_are_read() {
        let texts = [
            ("t.csv", "image,depth\r\na.png,a.npy\r\n"),
            (
                "t.jsonl",
                "{\"image\": \"a.png\", \"depth\": \"a.npy\"}\r\n",
            ),
        ];
        for (name, text) in texts {
            let units = text.encode_utf16();
            let utf16 = [vec![0xff, 0xfe], units.flat_map(u16::to_le_bytes).collect()].concat();
            let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
            for bytes in [text.as_bytes(), &utf16, &marked] {
                let table = open(name, bytes).unwrap();
                assert_eq!(columns(&table), [["depth", "image"]]);
            }
        }
        let error = open("t.csv", b"image\nst\xfchle.png\n").unwrap_err();
        assert!(
            format!("{error:#}").contains("not text in UTF-8"),
            "{error:#}"
        );
    }
}
