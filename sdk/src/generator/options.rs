//! How a generator runs.

use std::{num::NonZeroUsize, path::PathBuf, thread};

use crate::{
    engine::Device,
    error::{Error, Result},
};

/// How a generator runs. The default fits most machines; none of it changes the picture, except for
/// rounding between engines.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The engine.
    pub device: Device,
    /// Threads; all cores if not given.
    pub threads: Option<NonZeroUsize>,
    /// ONNX Runtime's library file or its folder, instead of searching for it.
    pub ort_library: Option<PathBuf>,
    /// Pixels a tile of the merge; measured default if not given.
    pub tile_pixels: Option<NonZeroUsize>,
    /// How the merge runs.
    pub merge: Merge,
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

/// Best or within noise of it on every model and machine measured; see `multicond bench`.
const TILE_PIXELS: usize = 128;

/// More would only be memory.
const MAX_TILE_PIXELS: usize = 1 << 20;

impl Options {
    pub(super) fn threads(&self) -> usize {
        let all = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(all, NonZeroUsize::get)
    }

    pub(super) fn tile_pixels(&self) -> Result<usize> {
        let pixels = self.tile_pixels.map_or(TILE_PIXELS, NonZeroUsize::get);
        if pixels > MAX_TILE_PIXELS {
            return Err(Error::Option {
                name: "tile_pixels",
                reason: format!("{pixels}, expected 1 to {MAX_TILE_PIXELS}"),
            });
        }
        Ok(pixels)
    }
}
