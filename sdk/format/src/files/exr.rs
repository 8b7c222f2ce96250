//! Reads OpenEXR files: layers of channels, as planes of floats.

use std::{
    fs::File,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use ::exr::{
    block::{self, UncompressedBlock, reader::ChunksReader},
    error::Error as ExrError,
    meta::{
        attribute::{AttributeValue, SampleType},
        header::Header,
    },
};
use half::f16;
use ndarray::Array3;

pub use super::exr_layers::{Channel, Layer};
use super::{check_size, exr_layers::layers, label_from_numbers};
use crate::{
    error::{Error, Result},
    label::{Label, LabelMap, MISSING},
};

/// Upper limit of the compression ratio of OpenEXR's methods; that of deflate is 1,032.
const MOST_COMPRESSED: u64 = 4096;

/// An OpenEXR file whose headers have been read.
#[derive(Debug)]
pub struct OpenExr {
    path: PathBuf,
    headers: Vec<Header>,
    layers: Vec<Layer>,
}

impl OpenExr {
    /// Opens a file and reads its headers.
    ///
    /// # Errors
    /// When it cannot be read, or is not an OpenEXR file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let file = File::open(&path).map_err(|error| Error::io(&path, error))?;
        let reader = block::read(BufReader::new(file), false);
        let reader = reader.map_err(|error| bad(&path, error))?;
        let headers = reader.headers().to_vec();
        Ok(Self {
            layers: layers(&headers),
            headers,
            path,
        })
    }

    /// The layers of the file.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The names and values of the text attributes in all headers, for example Cryptomatte's.
    pub fn texts(&self) -> impl Iterator<Item = (String, String)> {
        self.headers.iter().flat_map(|header| {
            let others = header.own_attributes.other.iter();
            let shared = header.shared_attributes.other.iter();
            others
                .chain(shared)
                .filter_map(|(name, value)| match value {
                    AttributeValue::Text(text) => {
                        // Blender writes UTF-8; `to_string` would decode it as Latin-1.
                        let text = String::from_utf8_lossy(text.bytes()).into_owned();
                        Some((name.to_string(), text))
                    }
                    _ => None,
                })
        })
    }

    /// Reads channels in one pass, as `[channels, height, width]` in the given order. They must come from this file's
    /// [`layers`](Self::layers).
    ///
    /// # Errors
    /// When the file is damaged, has changed since it was opened or is too large, a channel is deep or subsampled, the
    /// channels differ in size, or there are none.
    ///
    /// # Panics
    /// When a channel is not one of this file.
    pub fn read(&self, channels: &[Channel]) -> Result<Array3<f32>> {
        let fail = |reason: &str| Err(Error::file(&self.path, reason));
        let mut size = None;
        for channel in channels {
            let header = &self.headers[channel.part];
            if header.deep {
                return fail("deep OpenEXR data cannot be a label");
            }
            if header.channels.list[channel.index].sampling.area() != 1 {
                return fail("subsampled OpenEXR channels cannot be a label");
            }
            let found = (header.layer_size.width(), header.layer_size.height());
            if *size.get_or_insert(found) != found {
                return fail("its parts differ in size");
            }
        }
        let Some((width, height)) = size else {
            return fail("no channels are requested");
        };
        check_size(&self.path, width, height)?;
        self.check_length(channels)?;
        let mut values = Array3::from_elem((channels.len(), height, width), MISSING);
        // The B44 decoder of exr 1.74 can panic on damaged data.
        let fill = AssertUnwindSafe(|| self.fill(channels, &mut values));
        let filled = catch_unwind(fill)
            .map_err(|_| Error::file(&self.path, "the OpenEXR file's data are damaged"))?
            .map_err(|error| bad(&self.path, error))?;
        if filled != values.len() {
            return fail("the OpenEXR file lacks some of its pixels");
        }
        Ok(values)
    }

    /// Rejects a file that is too short for the pixels in its headers, before memory is allocated for them.
    fn check_length(&self, channels: &[Channel]) -> Result<()> {
        let file = std::fs::metadata(&self.path).map_err(|error| Error::io(&self.path, error))?;
        let is_wanted = |part: usize| channels.iter().any(|channel| channel.part == part);
        let parts = self
            .headers
            .iter()
            .enumerate()
            .filter(|(part, _)| is_wanted(*part));
        let promised: u64 = parts
            .map(|(_, header)| {
                let pixels = header.layer_size.area() as u64;
                pixels * header.channels.bytes_per_pixel as u64
            })
            .sum();
        if promised / MOST_COMPRESSED > file.len() {
            return Err(Error::file(&self.path, "the OpenEXR file is truncated"));
        }
        Ok(())
    }

    /// Copies the channels' lines into planes and returns the number of values copied.
    fn fill(&self, channels: &[Channel], planes: &mut Array3<f32>) -> Result<usize, ExrError> {
        let reader = block::read(BufReader::new(File::open(&self.path)?), false)?;
        if reader.headers() != self.headers {
            return Err(ExrError::Invalid("the file has changed".into()));
        }
        let is_wanted = |part: usize| channels.iter().any(|channel| channel.part == part);
        let chunks = reader.filter_chunks(false, |_, _, block| {
            is_wanted(block.layer) && block.level.0 == 0 && block.level.1 == 0
        })?;
        let mut filled = 0;
        chunks.decompress_sequential(false, |meta, block| {
            filled += copy_lines(&block, &meta.headers[block.index.layer], channels, planes)?;
            Ok(())
        })?;
        Ok(filled)
    }
}

/// Reads a label, choosing its layer and channels by their names.
pub(super) fn read_label(path: &Path, label: &Label) -> Result<LabelMap> {
    let file = OpenExr::open(path)?;
    let channels = super::exr_layers::choose(file.layers(), label);
    let channels = channels.map_err(|reason| Error::file(path, reason))?;
    label_from_numbers(path, label, file.read(&channels)?)
}

fn copy_lines(
    block: &UncompressedBlock,
    header: &Header,
    wanted: &[Channel],
    planes: &mut Array3<f32>,
) -> Result<usize, ExrError> {
    let (_, height, width) = planes.dim();
    let mut copied = 0;
    for line in block.lines(&header.channels) {
        let place = line.location;
        let channel = Channel {
            part: block.index.layer,
            index: place.channel,
        };
        let (x, y) = (place.position.x(), place.position.y());
        for (plane, _) in wanted.iter().enumerate().filter(|(_, w)| **w == channel) {
            if y >= height || x + place.sample_count > width {
                return Err(ExrError::Invalid("a block outside of the picture".into()));
            }
            let mut out = planes.slice_mut(ndarray::s![plane, y, x..x + place.sample_count]);
            let out = out.iter_mut();
            match header.channels.list[place.channel].sample_type {
                SampleType::F32 => {
                    for (out, sample) in out.zip(line.read_samples::<f32>()) {
                        *out = sample?;
                    }
                }
                SampleType::F16 => {
                    for (out, sample) in out.zip(line.read_samples::<f16>()) {
                        *out = sample?.to_f32();
                    }
                }
                // Rounded above 2^24; class ids are smaller.
                SampleType::U32 => {
                    for (out, sample) in out.zip(line.read_samples::<u32>()) {
                        *out = sample? as f32;
                    }
                }
            }
            copied += place.sample_count;
        }
    }
    Ok(copied)
}

fn bad(path: &Path, error: ExrError) -> Error {
    match error {
        ExrError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::file(path, "the OpenEXR file is truncated")
        }
        ExrError::Io(error) => Error::io(path, error),
        error => Error::file(path, format_args!("not a readable OpenEXR file: {error}")),
    }
}
