//! How much memory a generator takes, what it may take, and giving memory back.

use super::Options;
use crate::{
    error::{Error, Result},
    label::Label,
    model::Manifest,
};

/// A flag, two entries of lists of pixels to merge, and a pair of duplicates.
const LISTS: u64 = 1 + 4 + 4 + 8;

/// Bytes that a generator of this model takes for pictures of this size, about.
pub(super) fn estimate(manifest: &Manifest, file_bytes: u64, width: usize, height: usize) -> u64 {
    let (width, height) = manifest.padded_size(width, height);
    let pixels = (width as u64).saturating_mul(height as u64);
    buffers(manifest, pixels).saturating_add(engine(manifest, file_bytes, pixels))
}

/// Refuses pictures that need more than the options allow.
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

/// Bytes of the tensors and lists that live as long as a generator.
///
/// Numbers are four bytes: labels, the concept tensor, the picture; and a pixel's place in the work lists.
fn buffers(manifest: &Manifest, pixels: u64) -> u64 {
    let labels: usize = manifest.labels.iter().map(Label::channels).sum();
    let numbers = (labels + manifest.concept_channels + 3) as u64;
    pixels.saturating_mul(4 * numbers + LISTS)
}

/// Bytes that an engine takes for a model's weights and its work on a picture: the weights as
/// they are in the file, and what the resident memory of ONNX Runtime grew by for each pixel between 64x64 and
/// 512x512 with the example model (1,650 bytes), and between 128x128 and 384x384 with the paper's (2,960).
fn engine(manifest: &Manifest, file_bytes: u64, pixels: u64) -> u64 {
    let concept = 4 * manifest.concept_channels as u64;
    file_bytes.saturating_add(pixels.saturating_mul(1000 + 5 * concept))
}

/// Gives memory that was freed back to the system. Loading leaves behind the file and its copies, which
/// glibc would keep.
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
