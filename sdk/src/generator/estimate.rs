//! How much memory a generator takes, told before it is made.

use crate::{label::Label, model::Manifest};

/// Bytes of the tensors and lists that live as long as a generator, for pictures of this padded size.
///
/// Numbers are four bytes: labels, the concept tensor, the picture; and a pixel's place in the work lists.
pub(super) fn picture(manifest: &Manifest, pixels: u64) -> u64 {
    let labels: usize = manifest.labels.iter().map(Label::channels).sum();
    let numbers = (labels + manifest.concept_channels + 3) as u64;
    pixels.saturating_mul(4 * numbers + LISTS)
}

/// A flag, two entries of lists of pixels to merge, and a pair of twins.
const LISTS: u64 = 1 + 4 + 4 + 8;

/// Bytes that an engine takes for a model's weights and its work on a picture of this padded size: the weights as
/// they are in the file, and what the resident memory of ONNX Runtime grew by for each pixel between 64x64 and
/// 512x512 with the example model (1,650 bytes), and between 128x128 and 384x384 with the paper's (2,960).
pub(super) fn engine(manifest: &Manifest, file_bytes: u64, pixels: u64) -> u64 {
    let concept = 4 * manifest.concept_channels as u64;
    file_bytes.saturating_add(pixels.saturating_mul(1000 + 5 * concept))
}
