//! Estimates and limits the memory of a generator, and returns freed memory to the system.

use super::Options;
use crate::{
    error::{Error, Result},
    label::Label,
    model::Manifest,
};

/// Bytes per pixel: a flag, an entry in two lists of pixels to merge, and a pair of duplicates.
const LISTS: u64 = 1 + 4 + 4 + 8;

/// Estimates the bytes that a generator of this model uses for pictures of this size.
pub(super) fn estimate(manifest: &Manifest, file_bytes: u64, width: usize, height: usize) -> u64 {
    let (width, height) = manifest.padded_size(width, height);
    let pixels = (width as u64).saturating_mul(height as u64);
    buffers(manifest, pixels).saturating_add(engine(manifest, file_bytes, pixels))
}

/// Rejects pictures that need more memory than the options allow.
pub(super) fn check(
    manifest: &Manifest,
    file_bytes: u64,
    options: &Options,
    (width, height): (usize, usize),
) -> Result<()> {
    let needed = || estimate(manifest, file_bytes, width, height);
    match options.memory_limit {
        Some(limit) if needed() > limit => Err(Error::memory(needed(), limit)),
        _ => Ok(()),
    }
}

/// Bytes of a generator's tensors and lists: four per number of the labels, the concept tensor and the picture, and the
/// work lists.
fn buffers(manifest: &Manifest, pixels: u64) -> u64 {
    let labels: usize = manifest.labels.iter().map(Label::channels).sum();
    let numbers = (labels + manifest.concept_channels + 3) as u64;
    pixels.saturating_mul(4 * numbers + LISTS)
}

/// Bytes that an engine uses for a model's weights and its work on a picture: the size of the file, and as many bytes per
/// pixel as the resident memory of ONNX Runtime grew by, between 64x64 and 512x512 with the example model (1,650 bytes)
/// and between 128x128 and 384x384 with the paper's (2,960).
fn engine(manifest: &Manifest, file_bytes: u64, pixels: u64) -> u64 {
    let concept = 4 * manifest.concept_channels as u64;
    file_bytes.saturating_add(pixels.saturating_mul(1000 + 5 * concept))
}

/// Returns freed memory to the system. Loading frees the file and its copies, whose memory glibc would keep.
pub(super) fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: any thread may call it at any time (malloc_trim(3)).
        unsafe { malloc_trim(0) };
    }
}
