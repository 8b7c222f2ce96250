//! Ways to damage a file.

use std::path::Path;

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// Values that replace sizes and offsets.
const EXTREMES: [u32; 8] = [
    0,
    1,
    16_384,
    0xffff,
    0x0100_0000,
    0x7fff_ffff,
    0x8000_0000,
    u32::MAX,
];

/// Half of the damage is within so many bytes at the start of a file.
const HEADER: usize = 1024;

/// Lengths to truncate a file to: all lengths of a short file; the ends of a longer one and `count` in between.
pub(crate) fn lengths(length: usize, count: usize) -> Vec<usize> {
    let ends = 16;
    let mut lengths: Vec<usize> = (0..ends)
        .chain((0..count).map(|step| length * step / count))
        .chain(length.saturating_sub(ends)..length)
        .filter(|&cut| cut < length)
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// A copy of the file with damage in a few places.
pub(crate) fn flipped(path: &Path, good: &[u8], seed: u64) -> Vec<u8> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = good.to_vec();
    for _ in 0..random.random_range(1..5) {
        // Headers are short but matter most.
        let reach = if random.random() { HEADER } else { usize::MAX };
        let place = random.random_range(0..bytes.len().min(reach));
        match random.random_range(0..10) {
            0..4 => bytes[place] ^= 1 << random.random_range(0..8),
            4..7 => bytes[place] = *[0, 0xff, random.random()].choose(&mut random).unwrap(),
            7 | 8 => {
                let extreme = *EXTREMES.choose(&mut random).unwrap();
                let extreme = match random.random() {
                    true => extreme.to_le_bytes(),
                    false => extreme.to_be_bytes(),
                };
                let end = bytes.len().min(place + 4);
                bytes[place..end].copy_from_slice(&extreme[..end - place]);
            }
            _ => {
                let end = bytes.len().min(place + random.random_range(1..16));
                bytes.drain(place..end.max(1).min(bytes.len()));
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    // With wrong checksums, the decoder would not see most of the damage.
    if path.extension().is_some_and(|e| e == "png") && seed.is_multiple_of(2) {
        mend_png(&mut bytes);
    }
    bytes
}

/// Corrects the checksums of all chunks of a PNG file.
pub(crate) fn mend_png(bytes: &mut [u8]) {
    let mut start = 8;
    while let Some(head) = bytes.get(start..start + 4) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let end = start.saturating_add(8).saturating_add(length);
        let Some(body) = bytes.get(start + 4..end) else {
            return;
        };
        let sum = crc32fast::hash(body).to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else {
            return;
        };
        place.copy_from_slice(&sum);
        start = end + 4;
    }
}

/// Changes the size in the header of a picture to `side` x `side`.
pub(crate) fn claim_size(path: &Path, good: &[u8], side: u32) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let after = |needle: &[u8]| {
        let place = good.windows(needle.len()).position(|part| part == needle);
        place.unwrap() + needle.len()
    };
    let mut put = |place: usize, number: &[u8]| {
        bytes[place..place + number.len()].copy_from_slice(number);
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("png") => {
            let place = after(b"IHDR");
            put(place, &side.to_be_bytes());
            put(place + 4, &side.to_be_bytes());
            mend_png(&mut bytes);
        }
        Some("jpg") => {
            // Skips the start-of-frame marker, the length and the sample precision.
            let place = after(&[0xff, 0xc0]) + 3;
            put(place, &(side as u16).to_be_bytes());
            put(place + 2, &(side as u16).to_be_bytes());
        }
        Some("exr") => {
            let last = (side - 1).to_le_bytes();
            for window in [&b"dataWindow\0box2i\0"[..], b"displayWindow\0box2i\0"] {
                let place = after(window) + 4;
                put(place + 8, &last);
                put(place + 12, &last);
            }
            let blocks = side.div_ceil(16).to_le_bytes();
            put(after(b"chunkCount\0int\0") + 4, &blocks);
        }
        Some("npy") => {
            let start = after(b"'shape': ");
            let end = start
                + good[start..]
                    .iter()
                    .position(|&byte| byte == b'\n')
                    .unwrap();
            let shape = format!("({side}, {side}), }}");
            let shape = format!("{shape:<width$}", width = end - start);
            assert_eq!(shape.len(), end - start, "the shape fits the header");
            put(start, shape.as_bytes());
        }
        other => panic!("{other:?}"),
    }
    bytes
}
