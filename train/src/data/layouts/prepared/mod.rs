//! Prepared datasets: one memory-mapped file with a record of fixed size per frame, so that reading a frame is little
//! more than a copy. `docs/dataset.md` describes the format for other programs.

mod manifest;
pub(in crate::data) mod record;

use std::{
    ffi::OsString,
    fs::File,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, ensure};
use memmap2::Mmap;
use multicond::{
    Size,
    label::{Axes, Label},
};
use multicond_format::storage::read_text;

pub(in crate::data) use self::manifest::FrameEntry;
pub use self::manifest::{Column, DatasetManifest, Storage};
use super::{Contents, Entry, Layout};
use crate::data::{PathFrame, Sample};

pub(in crate::data) const MANIFEST: &str = "dataset.json";
pub(in crate::data) const RECORDS: &str = "samples.bin";
/// The plan of a dataset that is being prepared.
pub(in crate::data) const PLAN: &str = "plan.json";

/// Whether a folder is a prepared dataset.
pub(super) fn recognise(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

/// Whether preparation of a dataset was started but not finished. The path is that of the dataset or of its unfinished
/// folder.
pub(in crate::data) fn is_unfinished(path: &Path) -> bool {
    let beside = unfinished_folder(path);
    let folders = [Some(path.to_owned()), beside.ok()];
    folders
        .into_iter()
        .flatten()
        .any(|folder| folder.join(PLAN).is_file())
}

/// The folder next to the destination in which a dataset is prepared.
pub(in crate::data) fn unfinished_folder(destination: &Path) -> Result<PathBuf> {
    let name = destination
        .file_name()
        .with_context(|| format!("{}: not the name of a folder", destination.display()))?;
    let mut unfinished = OsString::from(name);
    unfinished.push(".unfinished");
    Ok(destination.with_file_name(unfinished))
}

/// An open prepared dataset.
#[derive(Debug)]
pub(super) struct Prepared {
    path: PathBuf,
    manifest: DatasetManifest,
    contents: Contents,
    records: Mmap,
    /// Whether each record has been verified by its checksum.
    checked: Vec<AtomicBool>,
}

impl Prepared {
    /// Opens a folder. `axes` are those that the user says its normals were prepared from.
    pub(super) fn open(folder: &Path, axes: Option<Axes>) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let place = || path.display().to_string();
        let text = read_text(&path)?;
        let manifest = DatasetManifest::parse(&text).with_context(place)?;
        if let Some(chosen) = axes {
            let mut codes = manifest.columns.iter().filter(|c| c.label.is_direction());
            if let Some(code) = codes.find_map(|column| column.label.png) {
                ensure!(
                    code.axes == chosen,
                    "{}: was prepared from normals whose axes are {}, not {chosen}; prepare it again with \
                     --normal-axes {chosen}",
                    path.display(),
                    code.axes
                );
            }
        }
        let path = folder.join(RECORDS);
        let place = || path.display().to_string();
        let file = File::open(&path).with_context(place)?;
        let found = file.metadata().with_context(place)?.len();
        let expected = manifest.record_bytes as u64 * manifest.frames.len() as u64;
        ensure!(
            found == expected,
            "{}: is {found} bytes long, expected {} frames of {} bytes",
            path.display(),
            manifest.frames.len(),
            manifest.record_bytes
        );
        // SAFETY: the file is only read, and this program never writes to a finished dataset.
        let records = unsafe { Mmap::map(&file) }.with_context(place)?;
        let entry = |frame: &FrameEntry| Entry {
            name: frame.name.clone(),
            split: None,
        };
        Ok(Self {
            path,
            contents: Contents {
                frames: manifest.frames.iter().map(entry).collect(),
                labels: manifest.columns.iter().map(|c| c.label.clone()).collect(),
                has_instances: manifest.instances_offset.is_some(),
                unfilled: Vec::new(),
            },
            checked: manifest.frames.iter().map(|_| false.into()).collect(),
            records,
            manifest,
        })
    }

    fn record(&self, index: usize) -> Result<&[u8]> {
        let bytes = self.manifest.record_bytes;
        let record = &self.records[index * bytes..(index + 1) * bytes];
        if !self.checked[index].load(Ordering::Relaxed) {
            let frame = &self.manifest.frames[index];
            ensure!(
                crc32fast::hash(record) == frame.crc32,
                "{}: frame `{}` is damaged, its checksum differs",
                self.path.display(),
                frame.name
            );
            self.checked[index].store(true, Ordering::Relaxed);
        }
        Ok(record)
    }
}

impl Layout for Prepared {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn file(&self, _index: usize, _label: &Label) -> PathBuf {
        self.path.clone()
    }

    fn is_coded(&self, label: &Label) -> bool {
        let column = self.manifest.column(label);
        column.is_some_and(|column| column.storage != Storage::F16)
    }

    fn training_size(&self) -> Size {
        self.manifest.size
    }

    fn path_frame(&self, index: usize) -> Result<Option<PathFrame>> {
        Ok(self.manifest.frames[index].path.clone())
    }

    fn read(&self, index: usize, schema: &[Label]) -> Result<Sample> {
        let record = self.record(index)?;
        let columns = schema.iter().map(|label| {
            let column = self.manifest.column(label);
            column.with_context(|| format!("label `{}` is not in the dataset", label.name))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        Ok(Sample {
            name: self.contents.frames[index].name.clone(),
            picture: record::read_picture(record, &self.manifest),
            labels: columns
                .into_iter()
                .map(|column| record::read_label(record, column, self.manifest.size))
                .collect(),
            confidence: Vec::new(),
            instances: record::read_instances(record, &self.manifest),
            camera: self.manifest.frames[index].camera,
        })
    }
}
