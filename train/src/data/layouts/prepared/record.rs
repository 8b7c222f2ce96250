//! Encodes and decodes the record of a frame.

use std::collections::HashMap;

use anyhow::{Context, Result};
use half::{f16, slice::HalfFloatSliceExt};
use multicond::Size;
use multicond_format::label::{LabelMap, PngCode, mark_missing};
use ndarray::{Array2, Array3};

use super::manifest::{Column, DatasetManifest, Storage};
use crate::data::Sample;

/// Writes a sample with the manifest's labels to a record.
pub(in crate::data) fn write(
    sample: &Sample,
    manifest: &DatasetManifest,
    record: &mut [u8],
) -> Result<()> {
    // The checksum includes the gaps between planes.
    record.fill(0);
    let plane = |offset: usize, bytes: usize| offset..offset + bytes * manifest.pixels();
    let picture = &mut record[plane(manifest.picture_offset, 3)];
    for (byte, value) in picture.iter_mut().zip(&sample.picture) {
        // `as` saturates to 0..=255.
        *byte = (value * 255.0).round() as u8;
    }
    for (column, map) in manifest.columns.iter().zip(&sample.labels) {
        let bytes = column.label.channels() * column.storage.bytes();
        write_label(map, column, &mut record[plane(column.offset, bytes)]);
    }
    if let Some(offset) = manifest.instances_offset {
        let numbers = &mut record[plane(offset, 2)];
        // Frames without objects keep zeros, which mean no object.
        if let Some(instances) = &sample.instances {
            let renumbered = renumber(instances)?;
            for (bytes, number) in numbers.chunks_exact_mut(2).zip(renumbered) {
                bytes.copy_from_slice(&number.to_le_bytes());
            }
        }
    }
    Ok(())
}

fn write_label(map: &LabelMap, column: &Column, out: &mut [u8]) {
    match map {
        LabelMap::Classes(ids) => {
            let classes = column.label.class_count();
            let known = |id: &i32| {
                let id = u16::try_from(*id).ok();
                id.filter(|&id| usize::from(id) < classes)
            };
            match column.storage {
                Storage::U8 => {
                    for (out, id) in out.iter_mut().zip(ids) {
                        *out = known(id).map_or(u8::MAX, |id| id as u8);
                    }
                }
                _ => write_u16(out, ids.iter().map(|id| known(id).unwrap_or(u16::MAX))),
            }
        }
        LabelMap::Values(values) => match (column.storage, &column.label.png) {
            (Storage::U8, Some(code)) => {
                for (out, &value) in out.iter_mut().zip(values) {
                    *out = code.encode(value) as u8;
                }
            }
            (Storage::U16, Some(code)) => {
                write_u16(out, values.iter().map(|&value| code.encode(value)));
            }
            _ => write_u16(out, values.iter().map(|&value| half(value).to_bits())),
        },
    }
}

/// The nearest half float. Values out of range saturate, because infinity would mean missing.
fn half(value: f32) -> f16 {
    if value.is_finite() {
        f16::from_f32(value.clamp(f16::MIN.to_f32(), f16::MAX.to_f32()))
    } else {
        f16::NAN
    }
}

fn write_u16(out: &mut [u8], numbers: impl Iterator<Item = u16>) {
    for (bytes, number) in out.chunks_exact_mut(2).zip(numbers) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
}

/// Object indices in 16 bits: unchanged if all fit, else renumbered.
fn renumber(instances: &Array2<i32>) -> Result<Vec<u16>> {
    let fits = |&number: &i32| u16::try_from(number).ok();
    if let Some(numbers) = instances.iter().map(fits).collect() {
        return Ok(numbers);
    }
    let mut known = HashMap::from([(0, 0u16)]);
    instances
        .iter()
        .map(|&number| {
            let next = known.len();
            if let Some(&number) = known.get(&number) {
                return Ok(number);
            }
            let next = u16::try_from(next).context("has more than 65535 objects")?;
            known.insert(number, next);
            Ok(next)
        })
        .collect()
}

/// The picture of a record.
pub(in crate::data) fn read_picture(record: &[u8], manifest: &DatasetManifest) -> Array3<f32> {
    let start = manifest.picture_offset;
    let bytes = &record[start..start + 3 * manifest.pixels()];
    let values = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let Size { width, height } = manifest.size;
    Array3::from_shape_vec((3, height, width), values).expect("three planes")
}

/// The object indices of a record; `None` if there is no object, as in frames of a dataset without objects.
pub(in crate::data) fn read_instances(
    record: &[u8],
    manifest: &DatasetManifest,
) -> Option<Array2<i32>> {
    let start = manifest.instances_offset?;
    let bytes = &record[start..start + 2 * manifest.pixels()];
    let values: Vec<i32> = u16s(bytes).map(i32::from).collect();
    if values.iter().all(|&number| number == 0) {
        return None;
    }
    let Size { width, height } = manifest.size;
    Some(Array2::from_shape_vec((height, width), values).expect("one plane"))
}

/// A label of a record.
pub(in crate::data) fn read_label(record: &[u8], column: &Column, size: Size) -> LabelMap {
    let channels = column.label.channels();
    let shape = (channels, size.height, size.width);
    let count = channels * size.height * size.width;
    let bytes = &record[column.offset..column.offset + count * column.storage.bytes()];
    match column.label.missing_class() {
        Some(missing) => {
            let ids = match column.storage {
                Storage::U8 => bytes
                    .iter()
                    .map(|&id| class(id == u8::MAX, id.into(), missing))
                    .collect(),
                _ => u16s(bytes)
                    .map(|id| class(id == u16::MAX, id.into(), missing))
                    .collect(),
            };
            let ids = Array2::from_shape_vec((size.height, size.width), ids);
            LabelMap::Classes(ids.expect("one plane"))
        }
        None => {
            let values = match (column.storage, &column.label.png) {
                (Storage::U8, Some(code)) => decode_u8(bytes, code, channels),
                (Storage::U16, Some(code)) => decode_u16(bytes, code, channels),
                _ => decode_f16(bytes),
            };
            let values = Array3::from_shape_vec(shape, values).expect("as many as the shape says");
            LabelMap::normalised(&column.label, values)
        }
    }
}

fn class(is_missing: bool, id: i32, missing: i32) -> i32 {
    if is_missing { missing } else { id }
}

fn decode_u8(bytes: &[u8], code: &PngCode, channels: usize) -> Vec<f32> {
    let table: [f32; 256] = std::array::from_fn(|number| code.decode(number as u16));
    let mut values: Vec<f32> = bytes.iter().map(|&byte| table[usize::from(byte)]).collect();
    if let Some(missing) = code.missing {
        let pixels = values.len() / channels;
        mark_missing(&mut values, pixels, |_, pixel| {
            let mut stored = bytes[pixel..].iter().step_by(pixels);
            stored.all(|&byte| u16::from(byte) == missing)
        });
    }
    values
}

fn decode_u16(bytes: &[u8], code: &PngCode, channels: usize) -> Vec<f32> {
    let mut values: Vec<f32> = u16s(bytes).map(|number| code.decode(number)).collect();
    if let Some(missing) = code.missing {
        let pixels = values.len() / channels;
        mark_missing(&mut values, pixels, |_, pixel| {
            let mut stored = u16s(&bytes[2 * pixel..]).step_by(pixels);
            stored.all(|number| number == missing)
        });
    }
    values
}

fn decode_f16(bytes: &[u8]) -> Vec<f32> {
    let halves: Vec<f16> = u16s(bytes).map(f16::from_bits).collect();
    let mut values = vec![0.0; halves.len()];
    halves.convert_to_f32_slice(&mut values);
    values
}

fn u16s(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
}
