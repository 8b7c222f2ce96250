//! How a generator runs.

use std::num::NonZeroUsize;

use crate::{
    engine::{Capabilities, EngineOptions},
    error::{Error, Result},
    threads::Threads,
};

/// How a generator runs. The default suits most machines. Apart from rounding, no option changes a picture.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which engine to run, on which device.
    pub engine: EngineOptions,
    /// How many threads generate a picture.
    pub threads: Threads,
    /// Whether idle threads of ONNX Runtime spin instead of sleeping. Saves a little time per picture, but keeps the
    /// cores busy. Off by default.
    pub spin: bool,
    /// Pixels per tile of the merge, at most 1,048,576 and at most those of the picture; `None` uses the engine's
    /// default.
    pub tile_pixels: Option<NonZeroUsize>,
    /// How the model is run.
    pub execution: Execution,
    /// Whether results are reused (the default). Pixels whose labels did not change since the last picture, or equal
    /// those of another pixel, are not merged again; a picture without changes is not rendered again.
    pub reuse: bool,
    /// Whether to be prepared for confidences from the start, if the model takes any. Otherwise the first frame with one
    /// takes longer: the merge is loaded again, with inputs for them. Off by default; pictures without confidences then
    /// need a little less memory and time.
    pub confidence: bool,
    /// What to do with a size that is not a multiple of the model's
    /// [`size_multiple`](crate::model::Manifest::size_multiple).
    pub fit: Fit,
    /// Largest memory in bytes that a generator may need with these options, by
    /// [`Generator::estimate_memory_with`](super::Generator::estimate_memory_with); `None` sets no limit. Pictures that
    /// need more than the machine has are an error in any case.
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
            confidence: false,
            fit: Fit::Exact,
            memory_limit: None,
        }
    }
}

/// How a model is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Execution {
    /// The per-pixel part runs in tiles that fit the CPU's cache, one thread each. Fastest, with the least memory.
    #[default]
    Tiled,
    /// The model file runs in one piece, as any other program would run it. For comparison.
    Whole,
}

/// What to do with a size that is not a multiple of the model's
/// [`size_multiple`](crate::model::Manifest::size_multiple).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fit {
    /// Reject it.
    #[default]
    Exact,
    /// Repeat the labels' last column and row up to the next multiple, and crop the picture.
    Pad,
}

/// Larger tiles would only need more memory.
pub(super) const MAX_TILE_PIXELS: usize = 1 << 20;

impl Options {
    /// Sets the engine.
    #[must_use]
    pub fn with_engine(self, engine: impl Into<EngineOptions>) -> Self {
        Self {
            engine: engine.into(),
            ..self
        }
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Sets whether idle threads spin.
    #[must_use]
    pub fn with_spin(self, spin: bool) -> Self {
        Self { spin, ..self }
    }

    /// Sets the number of pixels per tile of the merge.
    #[must_use]
    pub fn with_tile_pixels(self, tile_pixels: Option<NonZeroUsize>) -> Self {
        Self {
            tile_pixels,
            ..self
        }
    }

    /// Sets how the model is run.
    #[must_use]
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// Sets whether results are reused.
    #[must_use]
    pub fn with_reuse(self, reuse: bool) -> Self {
        Self { reuse, ..self }
    }

    /// Sets whether to be prepared for confidences from the start.
    #[must_use]
    pub fn with_confidence(self, confidence: bool) -> Self {
        Self { confidence, ..self }
    }

    /// Sets what to do with sizes that are not multiples of the model's.
    #[must_use]
    pub fn with_fit(self, fit: Fit) -> Self {
        Self { fit, ..self }
    }

    /// Sets or removes the memory limit, in bytes.
    #[must_use]
    pub fn with_memory_limit(self, memory_limit: Option<u64>) -> Self {
        Self {
            memory_limit,
            ..self
        }
    }

    /// The pixels per tile that are wanted, and those that the engine works with by itself.
    pub(super) fn tile_pixels(&self, capabilities: Capabilities) -> Result<[usize; 2]> {
        let best = capabilities.tile_pixels;
        let pixels = self.tile_pixels.map_or(best, NonZeroUsize::get);
        if pixels > MAX_TILE_PIXELS {
            let reason = format_args!("{pixels}, expected 1 to {MAX_TILE_PIXELS}");
            return Err(Error::option("tile_pixels", reason));
        }
        Ok([pixels, best].map(|pixels| pixels.next_multiple_of(capabilities.lanes)))
    }
}
