//! How a generator runs.

use std::num::NonZeroUsize;

use crate::{
    engine::{Capabilities, EngineOptions},
    error::{Error, Result},
    threads::Threads,
};

/// How a generator runs. The default fits most machines; nothing but `fit` changes the picture, except for
/// rounding between engines.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which engine to run, on which device.
    pub engine: EngineOptions,
    /// How many threads work on a picture.
    pub threads: Threads,
    /// Whether idle threads spin instead of sleeping, which takes a little off a picture's time and the cores from
    /// everybody else.
    pub spin: bool,
    /// Pixels per tile of the merge; the engine's measured best if not given.
    pub tile_pixels: Option<NonZeroUsize>,
    /// How the model is run.
    pub execution: Execution,
    /// Whether results are reused: pixels whose labels did not change since the last picture, or are those of
    /// another pixel, are not merged again, and a picture of which nothing changed is not rendered again. The picture
    /// is the same.
    pub reuse: bool,
    /// What happens to sizes that the model cannot make.
    pub fit: Fit,
    /// Bytes that the generator may take, by [`Generator::estimate_memory`](super::Generator::estimate_memory).
    pub memory_limit: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: EngineOptions::default(),
            threads: Threads::All,
            spin: false,
            tile_pixels: None,
            execution: Execution::Tiled,
            reuse: true,
            fit: Fit::Exact,
            memory_limit: None,
        }
    }
}

/// How a model is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Execution {
    /// The per-pixel half in tiles that fit the processor's cache, one thread each: fastest, and least memory.
    #[default]
    Tiled,
    /// The model file as it is, not cut in two, as any other program would run it. For comparison.
    Whole,
}

/// What happens to a picture whose sides are no multiples of the model's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fit {
    /// It is refused.
    #[default]
    Exact,
    /// Its last column and row are repeated up to the next multiple, and what is made of them is cut off.
    Pad,
}

/// More would only be memory.
const MAX_TILE_PIXELS: usize = 1 << 20;

impl Options {
    /// The same with this engine.
    #[must_use]
    pub fn with_engine(self, engine: impl Into<EngineOptions>) -> Self {
        Self {
            engine: engine.into(),
            ..self
        }
    }

    /// The same with so many threads.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// The same with idle threads that spin, or sleep.
    #[must_use]
    pub fn with_spin(self, spin: bool) -> Self {
        Self { spin, ..self }
    }

    /// The same with so many pixels per tile of the merge.
    #[must_use]
    pub fn with_tile_pixels(self, tile_pixels: Option<NonZeroUsize>) -> Self {
        Self {
            tile_pixels,
            ..self
        }
    }

    /// The same with the model run in another way.
    #[must_use]
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// The same with or without reuse of results.
    #[must_use]
    pub fn with_reuse(self, reuse: bool) -> Self {
        Self { reuse, ..self }
    }

    /// The same with another answer to sizes that the model cannot make.
    #[must_use]
    pub fn with_fit(self, fit: Fit) -> Self {
        Self { fit, ..self }
    }

    /// The same with a limit of so many bytes.
    #[must_use]
    pub fn with_memory_limit(self, memory_limit: Option<u64>) -> Self {
        Self {
            memory_limit,
            ..self
        }
    }

    pub(super) fn tile_pixels(&self, capabilities: Capabilities) -> Result<usize> {
        let best = capabilities.tile_pixels;
        let pixels = self.tile_pixels.map_or(best, NonZeroUsize::get);
        if pixels > MAX_TILE_PIXELS {
            let reason = format_args!("{pixels}, expected 1 to {MAX_TILE_PIXELS}");
            return Err(Error::option("tile_pixels", reason));
        }
        Ok(pixels.next_multiple_of(capabilities.lanes))
    }
}
