//! A dataset that is being prepared: a folder next to the destination that records its progress, so that preparation
//! can be resumed after an interruption. It is renamed to the destination only when it is complete.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use multicond_format::storage::write_atomically;
use serde::{Deserialize, Serialize};

use crate::{
    data::{
        Intrinsics, PathFrame,
        layouts::prepared::{
            DatasetManifest, FrameEntry, MANIFEST, PLAN, RECORDS, unfinished_folder,
        },
        source::Source,
    },
    files::{lock, remove_temporary},
};

/// The list of finished records.
const DONE: &str = "done.txt";

/// What is prepared from which data. It must be the same in all attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) sources: Vec<Source>,
    pub(super) manifest: DatasetManifest,
    pub(super) frames: Vec<String>,
}

/// The open folder.
pub(super) struct Unfinished {
    folder: PathBuf,
    destination: PathBuf,
    plan: Plan,
    records: File,
    done: File,
    written: Vec<FrameEntry>,
}

impl Unfinished {
    /// Opens the folder of an earlier attempt, or creates one. Records that were not written completely are discarded.
    pub(super) fn open(destination: &Path, plan: Plan) -> Result<Self> {
        let folder = unfinished_folder(destination)?;
        let place = || folder.display().to_string();
        fs::create_dir_all(&folder).with_context(place)?;
        let open = |name: &str| {
            let path = folder.join(name);
            OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .with_context(|| path.display().to_string())
        };
        let records = open(RECORDS)?;
        lock(&records, "is preparing it").with_context(place)?;
        remove_temporary(&folder)?;
        let path = folder.join(PLAN);
        if path.exists() {
            let text = fs::read_to_string(&path).with_context(place)?;
            let earlier: Option<Plan> = serde_json::from_str(&text).ok();
            if earlier.as_ref() != Some(&plan) {
                bail!(
                    "{}: belongs to an earlier attempt with other data, size or labels; remove the folder to \
                    start again, or use the same arguments to continue",
                    folder.display()
                );
            }
        } else {
            write_atomically(&path, &serde_json::to_vec(&plan)?)?;
        }
        let mut unfinished = Self {
            destination: destination.to_owned(),
            plan,
            records,
            done: open(DONE)?,
            folder,
            written: Vec::new(),
        };
        unfinished
            .recover()
            .with_context(|| unfinished.folder.display().to_string())?;
        Ok(unfinished)
    }

    /// Keeps the complete records and truncates what follows them.
    fn recover(&mut self) -> Result<()> {
        let mut record = vec![0; self.plan.manifest.record_bytes];
        let mut lines_bytes = 0;
        let mut lines = BufReader::new(&self.done);
        let mut line = String::new();
        while let Some(name) = self.plan.frames.get(self.written.len()) {
            line.clear();
            let length = lines.read_line(&mut line).unwrap_or(0);
            let Some(entry) = parse_line(&line) else {
                break;
            };
            let is_there = (&self.records).read_exact(&mut record).is_ok();
            if !is_there || entry.name != *name || crc32fast::hash(&record) != entry.crc32 {
                break;
            }
            self.written.push(entry);
            lines_bytes += length as u64;
        }
        let records_bytes = (self.written.len() * record.len()) as u64;
        self.records.set_len(records_bytes)?;
        self.done.set_len(lines_bytes)?;
        self.records.seek(SeekFrom::End(0))?;
        self.done.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Number of finished records.
    pub(super) fn done(&self) -> usize {
        self.written.len()
    }

    /// Appends the record of the next frame.
    pub(super) fn push(
        &mut self,
        record: &[u8],
        camera: Option<Intrinsics>,
        path: Option<PathFrame>,
    ) -> Result<()> {
        let entry = FrameEntry {
            name: self.plan.frames[self.written.len()].clone(),
            crc32: crc32fast::hash(record),
            camera,
            path,
        };
        let line = line(&entry)?;
        // The record first, because a line without its record would count as damage.
        self.records
            .write_all(record)
            .and_then(|()| self.done.write_all(line.as_bytes()))
            .with_context(|| {
                format!(
                    "{}: {} frames are finished and kept; run the same command to continue",
                    self.folder.display(),
                    self.written.len()
                )
            })?;
        self.written.push(entry);
        Ok(())
    }

    /// Writes the manifest and renames the folder to the destination.
    pub(super) fn finish(self) -> Result<DatasetManifest> {
        let place = || self.folder.display().to_string();
        self.records.sync_all().with_context(place)?;
        let manifest = DatasetManifest {
            frames: self.written,
            ..self.plan.manifest
        };
        write_atomically(
            &self.folder.join(MANIFEST),
            &serde_json::to_vec_pretty(&manifest)?,
        )?;
        let destination = &self.destination;
        fs::rename(&self.folder, destination).with_context(|| destination.display().to_string())?;
        // Removed last, because an interrupted preparation can be resumed only with its plan.
        for name in [PLAN, DONE] {
            let path = destination.join(name);
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        Ok(manifest)
    }
}

/// The line for a record: a checksum of the rest of the line, and the record's entry.
fn line(entry: &FrameEntry) -> Result<String> {
    let entry = serde_json::to_string(entry)?;
    Ok(format!(
        "{:08x} {entry}\n",
        crc32fast::hash(entry.as_bytes())
    ))
}

/// The entry of a complete line; `None` if the line is damaged.
fn parse_line(line: &str) -> Option<FrameEntry> {
    let (checksum, entry) = line.strip_suffix('\n')?.split_once(' ')?;
    let checksum = u32::from_str_radix(checksum, 16).ok()?;
    let is_sound = crc32fast::hash(entry.as_bytes()) == checksum;
    is_sound.then(|| serde_json::from_str(entry).ok())?
}
