//! Size limits, checked before memory is allocated.

/// Largest width and height of a picture or label map, in pixels.
pub const MAX_SIDE: usize = 16_384;

/// Largest model file in bytes: just below 2 GiB, the limit of protocol buffers.
pub const MAX_MODEL_BYTES: usize = i32::MAX as usize;

/// Largest text file in bytes: a table, a recipe, a list of classes.
pub const MAX_TEXT_BYTES: usize = 256 << 20;

/// Largest block of an OpenEXR file in bytes, unpacked: 256 lines of the widest picture with 32 channels.
#[cfg(feature = "files")]
pub(crate) const MAX_BLOCK_BYTES: usize = 512 << 20;

/// Most bytes that a label map takes on an OpenEXR file's word alone. Beyond, the file must be long enough for them.
#[cfg(feature = "files")]
pub(crate) const MAX_CLAIMED_BYTES: u64 = 1 << 30;

/// Most channels of an OpenEXR file; renderers write some hundreds.
#[cfg(feature = "files")]
pub(crate) const MAX_CHANNELS: usize = 2048;

/// Whether width and height are both from 1 to [`MAX_SIDE`].
pub fn is_size(width: usize, height: usize) -> bool {
    let fits = |side: usize| (1..=MAX_SIDE).contains(&side);
    fits(width) && fits(height)
}
