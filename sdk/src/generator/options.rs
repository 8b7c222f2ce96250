//! How a generator runs.

use std::{num::NonZeroUsize, thread};

use crate::{
    engine::{DeviceOptions, Habits},
    error::{Error, Result},
};

/// How a generator runs. The default fits most machines; none of it changes the picture, except for
/// rounding between engines.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to run on.
    pub device: DeviceOptions,
    /// Threads, at most 1024; all cores if not given.
    pub threads: Option<NonZeroUsize>,
    /// Whether idle threads keep their core, which takes a little off a picture's time and the cores from
    /// everybody else.
    pub spin: bool,
    /// Pixels a tile of the merge; the engine's measured best if not given.
    pub tile_pixels: Option<NonZeroUsize>,
    /// How the merge runs.
    pub merge: Merge,
    /// Whether pixels whose labels did not change since the last picture, or are those of another pixel, are
    /// merged again, and a picture of which nothing changed is rendered again. The picture is the same.
    pub reuse: bool,
    /// What becomes of sizes that the model cannot make.
    pub fit: Fit,
    /// Bytes that the generator may take, by [`Generator::estimate_memory`](super::Generator::estimate_memory).
    pub memory_limit: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: DeviceOptions::default(),
            threads: None,
            spin: false,
            tile_pixels: None,
            merge: Merge::default(),
            reuse: true,
            fit: Fit::default(),
            memory_limit: None,
        }
    }
}

/// How the per-pixel part of a model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Merge {
    /// In tiles that fit the processor's cache, one thread each: the fastest, and least memory.
    #[default]
    Tiled,
    /// The whole picture at once, with all threads.
    Whole,
    /// The model file as it is, not cut in two, as any other program would run it. For comparison.
    Uncut,
}

/// What becomes of a picture whose sides are no multiples of the model's tile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// It is refused.
    #[default]
    Exact,
    /// Its last column and row are repeated up to the next multiple, and what is made of them is cut off.
    Pad,
}

/// More than any machine has; each is a thread, and a session with memory of its own.
const MAX_THREADS: usize = 1024;

/// More would only be memory.
const MAX_TILE_PIXELS: usize = 1 << 20;

impl Options {
    pub(super) fn threads(&self) -> Result<usize> {
        let all = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        match self.threads.map(NonZeroUsize::get) {
            None => Ok(all().min(MAX_THREADS)),
            Some(threads) if threads <= MAX_THREADS => Ok(threads),
            Some(threads) => Err(Error::option(
                "threads",
                format!("{threads}, expected 1 to {MAX_THREADS}"),
            )),
        }
    }

    pub(super) fn tile_pixels(&self, habits: Habits) -> Result<usize> {
        let pixels = self
            .tile_pixels
            .map_or(habits.tile_pixels, NonZeroUsize::get);
        if pixels > MAX_TILE_PIXELS {
            return Err(Error::option(
                "tile_pixels",
                format!("{pixels}, expected 1 to {MAX_TILE_PIXELS}"),
            ));
        }
        Ok(pixels.next_multiple_of(habits.lanes))
    }
}
