//! What a picture took.

use std::time::Duration;

/// What a picture took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Pixels of the picture, those included that pad it.
    pub pixels: usize,
    /// Pixels of which a label changed since the last picture.
    pub changed: usize,
    /// Pixels that went through the merge: the changed ones, duplicates counted once.
    pub merged: usize,
    /// Whether the picture was rendered, and not the last one given out again.
    pub rendered: bool,
    /// From the frame's labels to values, and finding what changed.
    pub decode: Duration,
    /// From the values to the concept tensor. Zero for [`Execution::Whole`](super::Execution::Whole).
    pub merge: Duration,
    /// From the concept tensor to the picture; from the values for [`Execution::Whole`](super::Execution::Whole).
    pub render: Duration,
    /// From the picture to the caller's memory.
    pub write: Duration,
    /// All of it, checks included.
    pub total: Duration,
}
