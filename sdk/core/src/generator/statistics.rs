//! Times and counts of one picture.

use std::time::Duration;

/// Times and counts of one picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Pixels of the picture, including its padding.
    pub pixels: usize,
    /// Pixels with a label that changed since the last picture; all pixels without
    /// [`Options::reuse`](super::Options::reuse).
    pub changed: usize,
    /// Pixels that were merged: the changed ones, with duplicates counted once. With
    /// [`Execution::Whole`](super::Execution::Whole) all pixels, if any changed.
    pub merged: usize,
    /// Whether the picture was rendered; `false` if nothing changed and the last one was returned again.
    pub rendered: bool,
    /// Time to read the frame's labels and find what changed, and for a new size to allocate memory and prepare the
    /// engine.
    pub decode: Duration,
    /// Time from the labels to the concept tensor; close to 0 for [`Execution::Whole`](super::Execution::Whole).
    pub merge: Duration,
    /// Time from the concept tensor to the picture, or from the labels for
    /// [`Execution::Whole`](super::Execution::Whole).
    pub render: Duration,
    /// Time to write the picture to the caller's memory.
    pub write: Duration,
    /// Total time, including checks.
    pub total: Duration,
}
