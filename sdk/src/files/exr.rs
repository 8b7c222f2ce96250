//! Labels in OpenEXR files, as renderers write them.

use std::{fs::File, io::BufReader, path::Path};

use ::exr::{
    block::{self, UncompressedBlock, reader::ChunksReader},
    error::Error as ExrError,
    meta::attribute::{ChannelList, SampleType},
};
use half::f16;
use ndarray::Array3;

use super::{check_size, exr_channels::choose, values::label_map};
use crate::{
    error::{Error, Result},
    label::{Label, LabelMap},
};

pub(super) fn read_label(path: &Path, label: &Label) -> Result<LabelMap> {
    let bad = |error: ExrError| match error {
        ExrError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::file(path, "the OpenEXR file is cut short")
        }
        ExrError::Io(error) => Error::io(path, error),
        error => Error::file(path, format_args!("not a readable OpenEXR file: {error}")),
    };
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    let reader = block::read(BufReader::new(file), false).map_err(bad)?;
    let choice = choose(reader.headers(), label).map_err(|reason| Error::file(path, reason))?;
    let header = &reader.headers()[choice.header];
    let (width, height) = (header.layer_size.width(), header.layer_size.height());
    check_size(path, width, height)?;
    if header.deep {
        return Err(Error::file(path, "deep OpenEXR data cannot be a label"));
    }
    let samples: Vec<_> = header.channels.list.iter().map(|c| c.sample_type).collect();
    if header.channels.list.iter().any(|c| c.sampling.area() != 1) {
        return Err(Error::file(
            path,
            "subsampled OpenEXR channels cannot be a label",
        ));
    }

    let mut values = Array3::from_elem((choice.channels.len(), height, width), f32::NAN);
    let mut filled = 0;
    let wanted = choice.header;
    let chunks = reader
        .filter_chunks(false, |_, _, block| {
            block.layer == wanted && block.level.0 == 0 && block.level.1 == 0
        })
        .map_err(bad)?;
    chunks
        .decompress_sequential(false, |meta, block| {
            let channels = &meta.headers[wanted].channels;
            filled += copy_lines(&block, channels, &samples, &choice.channels, &mut values)?;
            Ok(())
        })
        .map_err(bad)?;
    if filled != values.len() {
        return Err(Error::file(
            path,
            "the OpenEXR file lacks some of its pixels",
        ));
    }
    label_map(path, label, values)
}

/// Copies the lines of the wanted channels and returns how many numbers that were.
fn copy_lines(
    block: &UncompressedBlock,
    channels: &ChannelList,
    samples: &[SampleType],
    wanted: &[usize],
    values: &mut Array3<f32>,
) -> Result<usize, ExrError> {
    let (_, height, width) = values.dim();
    let mut copied = 0;
    for line in block.lines(channels) {
        let place = line.location;
        let Some(plane) = wanted.iter().position(|&c| c == place.channel) else {
            continue;
        };
        let (x, y) = (place.position.x(), place.position.y());
        if y >= height || x + place.sample_count > width {
            return Err(ExrError::Invalid("a block outside of the picture".into()));
        }
        let mut out = values.slice_mut(ndarray::s![plane, y, x..x + place.sample_count]);
        let out = out.iter_mut();
        match samples[place.channel] {
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
            // Whole numbers above 2^24 would be rounded; class ids are far below.
            SampleType::U32 => {
                for (out, sample) in out.zip(line.read_samples::<u32>()) {
                    *out = sample? as f32;
                }
            }
        }
        copied += place.sample_count;
    }
    Ok(copied)
}
