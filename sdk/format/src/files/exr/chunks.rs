//! Decodes the chunks of an OpenEXR file into planes. What a file claims is checked before memory is allocated for it.

use std::{
    collections::HashSet,
    io::{Read, Seek},
};

use ::exr::{
    block::{
        UncompressedBlock,
        chunk::{Chunk, CompressedBlock},
        reader::{ChunksReader, Reader},
    },
    compression::Compression,
    error::Error,
    meta::{
        BlockDescription, MetaData,
        attribute::{IntegerBounds, SampleType},
        header::Header,
    },
};
use half::f16;
use ndarray::Array3;

use super::layers::Channel;
use crate::limits::MAX_BLOCK_BYTES;

/// Upper limit of the compression ratio of OpenEXR's methods; that of deflate is 1,032.
pub(super) const MOST_COMPRESSED: u64 = 4096;
/// The same for DWA, which stores one number for 64 equal pixels, compressed by deflate.
const MOST_COMPRESSED_DWA: u64 = 1 << 17;
/// Most pixels in a block of DWA, whose decoder uses 12 bytes for each.
const MOST_PIXELS_DWA: usize = 1 << 25;
/// The sizes at the start of a DWA chunk: 11 numbers of 8 bytes.
const DWA_SIZES: usize = 11;

/// Rejects parts whose blocks are too large, and a file that is too short for the pixels in its headers.
pub(super) fn check(headers: &[Header], parts: &[usize], length: u64) -> Result<(), String> {
    let mut needed = 0;
    for header in parts.iter().map(|&part| &headers[part]) {
        let (width, height) = (header.layer_size.0, header.layer_size.1);
        let (columns, rows) = match header.blocks {
            BlockDescription::ScanLines => (width, header.compression.scan_lines_per_block()),
            BlockDescription::Tiles(tiles) => (tiles.tile_size.0, tiles.tile_size.1),
        };
        let block = columns.min(width) * rows.min(height);
        let bytes = block.saturating_mul(header.channels.bytes_per_pixel);
        let is_dwa = is_dwa(header.compression);
        if bytes > MAX_BLOCK_BYTES || is_dwa && block > MOST_PIXELS_DWA {
            return Err(format!(
                "has blocks of {bytes} bytes, expected at most {MAX_BLOCK_BYTES}"
            ));
        }
        let promised = (width * height) as u64 * header.channels.bytes_per_pixel as u64;
        needed += promised
            / if is_dwa {
                MOST_COMPRESSED_DWA
            } else {
                MOST_COMPRESSED
            };
    }
    match needed > length {
        true => Err("the OpenEXR file is truncated".into()),
        false => Ok(()),
    }
}

/// Copies the channels' pixels to their place in the display window, and returns an error if some are not in the file.
pub(super) fn copy(
    reader: Reader<impl Read + Seek>,
    channels: &[Channel],
    planes: &mut Array3<f32>,
) -> Result<(), Error> {
    let is_wanted = |part: usize| channels.iter().any(|channel| channel.part == part);
    let mut chunks = reader.filter_chunks(false, |_, _, block| {
        is_wanted(block.layer) && block.level.0 == 0 && block.level.1 == 0
    })?;
    let mut seen = HashSet::new();
    let mut pixels = vec![0; chunks.headers().len()];
    while let Some(chunk) = chunks.next() {
        let chunk = chunk?;
        let meta = chunks.meta_data();
        if let Some(header) = meta.headers.get(chunk.layer_index) {
            check_dwa(&chunk, header)?;
        }
        let block = UncompressedBlock::decompress_chunk(chunk, meta, false)?;
        let place = block.index;
        let is_whole_size = place.level.0 == 0 && place.level.1 == 0;
        if !is_whole_size || !seen.insert((place.layer, place.pixel_position)) {
            return Err(Error::Invalid("chunk offset table".into()));
        }
        pixels[place.layer] += place.pixel_size.area();
        copy_block(&block, meta, channels, planes)?;
    }
    let is_whole = |(part, header): (usize, &Header)| {
        !is_wanted(part) || pixels[part] == header.layer_size.area()
    };
    match chunks.headers().iter().enumerate().all(is_whole) {
        true => Ok(()),
        false => Err(Error::Invalid("it lacks some of its pixels".into())),
    }
}

fn copy_block(
    block: &UncompressedBlock,
    meta: &MetaData,
    wanted: &[Channel],
    planes: &mut Array3<f32>,
) -> Result<(), Error> {
    let header = &meta.headers[block.index.layer];
    for line in block.lines(&header.channels) {
        let at = line.location;
        let channel = Channel {
            part: block.index.layer,
            index: at.channel,
        };
        for (plane, _) in wanted.iter().enumerate().filter(|(_, w)| **w == channel) {
            let Some((samples, y, x)) = visible(
                header,
                at.position.0,
                at.position.1,
                at.sample_count,
                planes,
            ) else {
                continue;
            };
            let mut out = planes.slice_mut(ndarray::s![plane, y, x..x + samples.len()]);
            let (skip, out) = (samples.start, out.iter_mut());
            match header.channels.list[at.channel].sample_type {
                SampleType::F32 => {
                    for (out, sample) in out.zip(line.read_samples::<f32>().skip(skip)) {
                        *out = sample?;
                    }
                }
                SampleType::F16 => {
                    for (out, sample) in out.zip(line.read_samples::<f16>().skip(skip)) {
                        *out = sample?.to_f32();
                    }
                }
                // Rounded above 2^24; class ids are smaller.
                SampleType::U32 => {
                    for (out, sample) in out.zip(line.read_samples::<u32>().skip(skip)) {
                        *out = sample? as f32;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The samples of a line that are inside the display window, and the row and column of the first; `None` if none are.
/// `x` and `y` count from the data window's corner.
fn visible(
    header: &Header,
    x: usize,
    y: usize,
    count: usize,
    planes: &Array3<f32>,
) -> Option<(std::ops::Range<usize>, usize, usize)> {
    let (_, height, width) = planes.dim();
    let corner = header.own_attributes.layer_position;
    let display = header.shared_attributes.display_window.position;
    let column = i64::from(corner.0) - i64::from(display.0) + x as i64;
    let row = i64::from(corner.1) - i64::from(display.1) + y as i64;
    let row = usize::try_from(row).ok().filter(|&row| row < height)?;
    let first = usize::try_from(-column).unwrap_or(0);
    let end = usize::try_from(width as i64 - column)
        .unwrap_or(0)
        .min(count);
    let column = usize::try_from(column.max(0)).ok()?;
    (first < end).then_some((first..end, row, column))
}

/// Rejects a chunk of DWA that claims to unpack to more than its pixels need; the decoder of exr 1.74 believes it.
fn check_dwa(chunk: &Chunk, header: &Header) -> Result<(), Error> {
    let bytes = match &chunk.compressed_block {
        CompressedBlock::ScanLine(block) => &block.compressed_pixels_le,
        CompressedBlock::Tile(block) => &block.compressed_pixels_le,
        _ => return Ok(()),
    };
    if !is_dwa(header.compression) {
        return Ok(());
    }
    let tile = header.get_block_data_indices(&chunk.compressed_block)?;
    let IntegerBounds { size, .. } = header.get_absolute_block_pixel_coordinates(tile)?;
    let raw = size.area() * header.channels.bytes_per_pixel;
    // Stored without compression.
    if bytes.len() == raw {
        return Ok(());
    }
    let sizes = bytes.chunks_exact(8).take(DWA_SIZES).map(|bytes| {
        let mut number = [0; 8];
        number.copy_from_slice(bytes);
        u64::from_le_bytes(number)
    });
    let [_, unknown, _, _, _, _, run_lengths, unpacked, ac, dc, _] = sizes.collect::<Vec<_>>()[..]
    else {
        return Err(Error::Invalid("truncated DWA chunk".into()));
    };
    let blocks = size.0.div_ceil(8) * size.1.div_ceil(8) * header.channels.list.len();
    let fits = |claimed: u64, most: usize| claimed <= most as u64;
    // A run takes at least one byte, and at most two for each of its bytes.
    let is_possible = fits(unknown, raw)
        && fits(unpacked, raw)
        && fits(run_lengths, 2 * raw)
        && fits(ac, 64 * blocks)
        && fits(dc, blocks);
    match is_possible {
        true => Ok(()),
        false => Err(Error::Invalid(
            "a DWA chunk claims more data than its pixels have".into(),
        )),
    }
}

fn is_dwa(compression: Compression) -> bool {
    matches!(compression, Compression::DWAA(_) | Compression::DWAB(_))
}
