//! How large things may be. Nothing is allocated for what is larger.

/// Longest side of a picture or label map, in pixels.
pub const MAX_SIDE: usize = 16_384;

/// Largest model file in bytes: protocol buffers end at 2 GiB.
pub const MAX_MODEL_BYTES: usize = i32::MAX as usize;

/// Whether a picture of this width and height is neither empty nor too large.
pub fn is_size(width: usize, height: usize) -> bool {
    let fits = |side: usize| (1..=MAX_SIDE).contains(&side);
    fits(width) && fits(height)
}
