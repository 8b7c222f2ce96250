//! Reads OpenEXR files: layers of channels, as planes of floats that cover the display window.

mod chunks;
mod layers;
mod names;
mod resolve;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use ::exr::{
    block,
    error::Error as ExrError,
    meta::{
        attribute::{AttributeValue, SampleType},
        header::Header,
    },
};
use ndarray::{Array3, ArrayViewMut3, Axis};

pub use self::{
    layers::{Channel, Layer},
    names::Content,
    resolve::Found,
};
use super::{check_size, label_from_numbers};
use crate::{
    error::{Error, Result},
    label::{Label, LabelMap, MISSING, half_or_missing},
    limits::{MAX_CHANNELS, MAX_CLAIMED_BYTES},
    storage::open_file,
};

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
        let file = open_file(&path)?;
        // exr 1.74 can overflow on the windows and tiles of a damaged header.
        let read = AssertUnwindSafe(|| block::read(BufReader::new(file), false));
        let reader = catch_unwind(read)
            .map_err(|_| Error::file(&path, "the OpenEXR file's header is damaged"))?
            .map_err(|error| bad(&path, error))?;
        let headers = reader.headers().to_vec();
        let channels = headers.iter().map(|header| header.channels.list.len());
        let channels: usize = channels.sum();
        if channels > MAX_CHANNELS {
            let reason = format_args!("has {channels} channels, expected at most {MAX_CHANNELS}");
            return Err(Error::file(&path, reason));
        }
        Ok(Self {
            layers: layers::layers(&headers),
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

    /// The layer with some content, by the names that renderers use; `None` if there is none. `group` limits the search
    /// to a view layer, camera, view or part of the file.
    ///
    /// # Errors
    /// When several layers have such a name, or no layer is in the group; the message has their names.
    pub fn find(&self, content: Content, group: Option<&str>) -> Result<Option<Found>> {
        let found = resolve::by_content(&self.layers, content, group);
        found.map_err(|reason| Error::file(&self.path, reason))
    }

    /// The layer with a name: its full name, or that without the enclosing layers. For contents of one channel,
    /// `LAYER.CHANNEL` and channels without a layer are names too.
    ///
    /// # Errors
    /// When there is none, or there are several, or the layer does not have the channels.
    pub fn named(&self, name: &str, content: Content) -> Result<Found> {
        let found = resolve::by_name(&self.layers, name, Some(content), content.channels());
        found.map_err(|reason| Error::file(&self.path, reason))
    }

    /// Whether a channel holds single floats, whose bits may be an object's id.
    pub fn is_single(&self, channel: Channel) -> bool {
        self.sample_type(channel) == SampleType::F32
    }

    /// Reads channels in one pass, as `[channels, height, width]` in the given order, for the file's display window.
    /// Pixels outside a channel's data window are [`MISSING`]. The channels must come from this file's
    /// [`layers`](Self::layers).
    ///
    /// # Errors
    /// When the file is damaged, has changed since it was opened or is too large, a channel is deep or subsampled, the
    /// channels' display windows differ, or there are no channels.
    ///
    /// # Panics
    /// When a channel is not one of this file.
    pub fn read(&self, channels: &[Channel]) -> Result<Array3<f32>> {
        let fail = |reason: &str| Err(Error::file(&self.path, reason));
        let mut window = None;
        let mut parts: Vec<usize> = channels.iter().map(|channel| channel.part).collect();
        parts.sort_unstable();
        parts.dedup();
        for &part in &parts {
            let header = &self.headers[part];
            if header.deep {
                return fail("deep OpenEXR data cannot be a label");
            }
            // The decoders of exr 1.74 fail on all channels of a part if one is subsampled.
            let mut all = header.channels.list.iter();
            if all.any(|channel| channel.sampling.area() != 1) {
                return fail("subsampled OpenEXR channels cannot be a label");
            }
            let display = header.shared_attributes.display_window;
            if *window.get_or_insert(display) != display {
                return fail("its parts have different display windows");
            }
            check_size(&self.path, header.layer_size.0, header.layer_size.1)?;
        }
        let Some(window) = window else {
            return fail("no channels are requested");
        };
        let (width, height) = (window.size.0, window.size.1);
        check_size(&self.path, width, height)?;
        let file = open_file(&self.path)?;
        let metadata = file.metadata();
        let length = metadata
            .map_err(|error| Error::io(&self.path, error))?
            .len();
        chunks::check(&self.headers, &parts, length)
            .map_err(|reason| Error::file(&self.path, reason))?;
        let shape = (channels.len(), height, width);
        // A tiny data window may be anywhere in a large display window, but not in one that needs gigabytes.
        let bytes = (channels.len() * height * width * size_of::<f32>()) as u64;
        if bytes > MAX_CLAIMED_BYTES && bytes / chunks::MOST_COMPRESSED > length {
            let reason = format_args!("too short for {width}x{height} pixels");
            return Err(Error::file(&self.path, reason));
        }
        let mut values = self.missing(shape)?;
        // The B44 decoder of exr 1.74 can panic on damaged data.
        let fill = AssertUnwindSafe(|| self.fill(file, channels, &mut values));
        catch_unwind(fill)
            .map_err(|_| Error::file(&self.path, "the OpenEXR file's data are damaged"))?
            .map_err(|error| bad(&self.path, error))?;
        Ok(values)
    }

    /// Makes the values of half floats missing that are too large for them: they are written as the largest half, and
    /// say nothing. `planes` are from [`read`](Self::read) with these channels.
    pub fn mark_saturated(&self, channels: &[Channel], mut planes: ArrayViewMut3<'_, f32>) {
        for (channel, mut plane) in channels.iter().zip(planes.axis_iter_mut(Axis(0))) {
            let layer = self.layers.iter().find(|layer| layer.holds(*channel));
            if self.sample_type(*channel) == SampleType::F16 {
                plane.mapv_inplace(half_or_missing);
            } else if layer.is_some_and(names::was_half) {
                // Not what is above it, which a half cannot have become.
                let largest = half::f16::MAX.to_f32();
                plane.mapv_inplace(|value| match value.abs() == largest {
                    true => MISSING,
                    false => value,
                });
            }
        }
    }

    /// Planes in which everything is missing.
    fn missing(&self, shape: (usize, usize, usize)) -> Result<Array3<f32>> {
        let (channels, height, width) = shape;
        // Cannot overflow: the sides are checked, and there are at most as many channels as in the file.
        let count = channels * height * width;
        let mut numbers: Vec<f32> = Vec::new();
        numbers.try_reserve_exact(count).map_err(|_| {
            Error::out_of_memory(self.path.display(), (count * size_of::<f32>()) as u64)
        })?;
        numbers.resize(count, MISSING);
        Array3::from_shape_vec(shape, numbers).map_err(|error| Error::file(&self.path, error))
    }

    fn sample_type(&self, channel: Channel) -> SampleType {
        self.headers[channel.part].channels.list[channel.index].sample_type
    }

    fn fill(
        &self,
        file: File,
        channels: &[Channel],
        planes: &mut Array3<f32>,
    ) -> Result<(), ExrError> {
        let reader = block::read(BufReader::new(file), false)?;
        if reader.headers() != self.headers {
            return Err(ExrError::Invalid("the file has changed".into()));
        }
        chunks::copy(reader, channels, planes)
    }
}

/// Reads a label from its layer: the one that is named, or else the one that is known to hold it.
pub(super) fn read_label(path: &Path, label: &Label, layer: Option<&str>) -> Result<LabelMap> {
    let file = OpenExr::open(path)?;
    let found = match layer {
        Some(name) => {
            let content = Content::of_label(label);
            resolve::by_name(file.layers(), name, content, label.channels())
        }
        None => resolve::by_label(file.layers(), label),
    };
    let found = found.map_err(|reason| Error::file(path, reason))?;
    let mut values = file.read(&found.channels)?;
    file.mark_saturated(&found.channels, values.view_mut());
    label_from_numbers(path, label, values)
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
