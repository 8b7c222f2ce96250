//! `dataset.json`: the contents of a prepared dataset and the layout of its records.

use anyhow::{Context, Result, ensure};
use multicond::Size;
use multicond_format::label::{Label, validate_labels};
use serde::{Deserialize, Serialize};

use crate::data::{Intrinsics, PathFrame};

/// The format version that this program writes; it reads all up to it. Since 2 frames may have `path`.
const VERSION: u32 = 2;
/// Alignment of planes in bytes, so that programs can map them as arrays.
const ALIGNMENT: usize = 64;
/// Maximum size of a record in bytes, far above that of training pictures.
const MAX_RECORD: usize = 1 << 30;

/// The description of a prepared dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetManifest {
    /// Format version.
    pub version: u32,
    /// Name of the source dataset.
    pub name: String,
    /// The program that wrote it.
    pub made_by: String,
    /// Derived labels, as `NAME=METHOD`.
    pub derived: Vec<String>,
    /// Size of every picture and label.
    pub size: Size,
    /// Size of a record in bytes.
    pub record_bytes: usize,
    /// Offset of the picture in a record: `u8 [3, height, width]`, RGB.
    pub picture_offset: usize,
    /// Offset of the object indices in a record, if there are any: `u16 [height, width]`, 0 for no object.
    pub instances_offset: Option<usize>,
    /// The labels, in order.
    #[serde(rename = "labels")]
    pub columns: Vec<Column>,
    /// The frames, in the order of their records.
    pub frames: Vec<FrameEntry>,
}

/// The storage of a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The label.
    #[serde(flatten)]
    pub label: Label,
    /// The number format.
    pub storage: Storage,
    /// Offset in a record: `[channels, height, width]`.
    pub offset: usize,
}

/// Number format on disk, little-endian. Class ids are stored unchanged, with the highest number for missing. Values
/// in 8 or 16 bits use the label's PNG code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// Half floats in physical units, NaN where missing.
    F16,
}

impl Storage {
    pub(in crate::data) fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::F16 => 2,
        }
    }

    /// The best format for a label. `is_coded` means that its values come from its PNG code.
    fn of(label: &Label, is_coded: bool) -> Self {
        match (label.class_count(), &label.png) {
            (1..=255, _) => Self::U8,
            (256.., _) => Self::U16,
            (0, Some(code)) if is_coded && code.bits == 8 => Self::U8,
            (0, Some(_)) if is_coded => Self::U16,
            (0, _) => Self::F16,
        }
    }
}

/// The entry of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameEntry {
    /// The frame's name in the source dataset.
    pub name: String,
    /// CRC-32 (IEEE 802.3) of the record.
    pub crc32: u32,
    /// The camera in pixels of the record, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<Intrinsics>,
    /// The camera path that the frame is of, and its place there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathFrame>,
}

impl DatasetManifest {
    /// Plans the records for labels; `is_coded` as in [`Storage`].
    pub(in crate::data) fn plan(
        name: String,
        derived: Vec<String>,
        size: Size,
        labels: &[(Label, bool)],
        has_instances: bool,
    ) -> Result<Self> {
        let mut manifest = Self {
            version: VERSION,
            name,
            made_by: format!("multicond-train {}", env!("CARGO_PKG_VERSION")),
            derived,
            size,
            record_bytes: 0,
            picture_offset: 0,
            instances_offset: has_instances.then_some(0),
            columns: labels
                .iter()
                .map(|(label, is_coded)| Column {
                    storage: Storage::of(label, *is_coded),
                    label: label.clone(),
                    offset: 0,
                })
                .collect(),
            frames: Vec::new(),
        };
        manifest.lay_out()?;
        Ok(manifest)
    }

    /// Assigns the offsets of all planes: picture, labels, objects.
    fn lay_out(&mut self) -> Result<()> {
        let pixels = self.size.width.checked_mul(self.size.height);
        let pixels = pixels.filter(|&pixels| (1..=MAX_RECORD).contains(&pixels));
        let pixels =
            pixels.with_context(|| format!("{} is not a valid picture size", self.size))?;
        let mut end = 0usize;
        let mut place = |bytes_per_pixel: usize| {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + bytes_per_pixel * pixels;
            start
        };
        self.picture_offset = place(3);
        for column in &mut self.columns {
            column.offset = place(column.label.channels() * column.storage.bytes());
        }
        if let Some(offset) = &mut self.instances_offset {
            *offset = place(2);
        }
        self.record_bytes = end.next_multiple_of(ALIGNMENT);
        ensure!(
            self.record_bytes <= MAX_RECORD,
            "{} with these labels takes {} bytes per frame, the maximum is {MAX_RECORD}",
            self.size,
            self.record_bytes
        );
        Ok(())
    }

    /// Parses and checks a manifest.
    pub(in crate::data) fn parse(text: &str) -> Result<Self> {
        let manifest: Self = serde_json::from_str(text).context("not a dataset's description")?;
        ensure!(
            (1..=VERSION).contains(&manifest.version),
            "is of version {}, this program reads versions 1 to {VERSION}",
            manifest.version
        );
        ensure!(!manifest.frames.is_empty(), "lists no frames");
        for frame in &manifest.frames {
            if let Some(path) = &frame.path {
                let pose = path.camera_to_world;
                pose.check()
                    .with_context(|| format!("frame `{}`", frame.name))?;
            }
        }
        let labels: Vec<Label> = manifest.columns.iter().map(|c| c.label.clone()).collect();
        if !labels.is_empty() {
            validate_labels(&labels)?;
        }
        for column in &manifest.columns {
            let is_right = match column.storage {
                Storage::F16 => column.label.classes().is_none(),
                coded => {
                    coded == Storage::of(&column.label, true)
                        && (column.label.classes().is_some() || column.label.png.is_some())
                }
            };
            ensure!(
                is_right,
                "label `{}` cannot be stored as {:?}",
                column.label.name,
                column.storage
            );
        }
        let mut laid_out = manifest.clone();
        laid_out.lay_out()?;
        ensure!(
            laid_out == manifest,
            "its offsets are not those of this format version"
        );
        Ok(manifest)
    }

    /// The storage of a label, if it has it.
    pub(in crate::data) fn column(&self, label: &Label) -> Option<&Column> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.label.name == label.name)
    }

    pub(in crate::data) fn pixels(&self) -> usize {
        self.size.width * self.size.height
    }
}
