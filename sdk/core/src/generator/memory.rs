//! Estimates and limits the memory of a generator, and returns freed memory to the system.

use multicond_format::model::{Bytes, Footprint};

use super::{Execution, Options, options::MAX_TILE_PIXELS, tiled_merge::tile_pixels};
use crate::{
    engine::Capabilities,
    error::{Error, Result},
    label::Label,
    model::{Manifest, ModelFile},
    threads::Division,
};

/// Bytes per pixel: a flag, an entry in two lists of pixels to merge, and a pair of duplicates.
const LISTS: u64 = 1 + 4 + 4 + 8;
/// Bytes of a session beside its weights and tensors, with the stack of its thread. Models of less than a megabyte show
/// it: tract keeps the most, while it optimises the graph.
const SESSION: u64 = 12 << 20;
/// Copies of the weights while a session is loaded: the part of the file, the parsed graph, the tensors, and the
/// engine's own order of them. Measured in `tests/tests/memory.rs`, for both engines and every backbone.
const WEIGHTS: u64 = 5;

/// What a generator needs, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Needed {
    /// Once the model is loaded.
    pub(super) model: u64,
    /// In addition for pictures of a size.
    pub(super) picture: u64,
}

impl Needed {
    pub(super) fn total(self) -> u64 {
        self.model.saturating_add(self.picture)
    }
}

/// Estimates the memory of generators of a model.
#[derive(Clone, Debug)]
pub(super) struct Estimator {
    manifest: Manifest,
    footprint: Footprint,
    workers: u64,
    /// Pixels per tile that are wanted and usual; `None` if the model runs as a whole.
    tile: Option<[usize; 2]>,
    lanes: usize,
}

impl Estimator {
    pub(super) fn new(
        file: &ModelFile,
        options: &Options,
        capabilities: Capabilities,
    ) -> Result<Self> {
        let division = Division::new(options.threads, options.spin, capabilities.most_workers)?;
        let tile = options.tile_pixels(capabilities)?;
        Ok(Self {
            manifest: file.manifest().clone(),
            footprint: file.footprint(),
            workers: division.merge_workers as u64,
            tile: (options.execution == Execution::Tiled).then_some(tile),
            lanes: capabilities.lanes,
        })
    }

    /// What pictures of this size need, padded as the model requires.
    ///
    /// # Errors
    /// When the model cannot make pictures of this size.
    pub(super) fn needed(&self, (width, height): (usize, usize)) -> Result<Needed, String> {
        let (width, height) = self.manifest.padded_size(width, height);
        let pixels = (width as u64).saturating_mul(height as u64);
        let numbers = self.numbers_per_pixel();
        let buffers = pixels.saturating_mul(numbers.saturating_mul(4).saturating_add(LISTS));
        let mut needed = Needed {
            model: 0,
            picture: buffers,
        };
        if pixels == 0 {
            return Ok(needed);
        }
        let Some(tile) = self.tile else {
            needed.add(1, self.footprint.whole((width, height))?);
            return Ok(needed);
        };
        // Larger pictures do not have larger tiles.
        let some = usize::try_from(pixels)
            .unwrap_or(usize::MAX)
            .min(MAX_TILE_PIXELS);
        let tile = tile_pixels(tile, self.lanes, some);
        let merge = self.footprint.merge(tile)?;
        needed.add(self.workers, merge);
        let channels = self.manifest.concept_channels;
        needed.add(1, self.footprint.render((width, height), channels)?);
        let tiles = self.workers.saturating_mul(tile as u64);
        let tiles = tiles.saturating_mul(numbers.saturating_mul(4));
        needed.model = needed.model.saturating_add(tiles);
        Ok(needed)
    }

    /// Numbers of the labels, their confidences, the concept tensor and the picture.
    fn numbers_per_pixel(&self) -> u64 {
        let labels: usize = self.manifest.labels.iter().map(Label::channels).sum();
        let confidences = self.manifest.confidence_inputs().count();
        (labels + confidences + 3) as u64 + self.manifest.concept_channels as u64
    }

    /// Rejects pictures that the model cannot make, and those that need more memory than the options allow.
    pub(super) fn check(&self, options: &Options, size: (usize, usize)) -> Result<Needed> {
        let needed = self.needed(size).map_err(|reason| {
            let reason = format_args!("but this model cannot make them: {reason}");
            Error::size("the frame", size, reason)
        })?;
        match options.memory_limit {
            Some(limit) if needed.total() > limit => Err(Error::memory(needed.total(), limit)),
            _ => Ok(needed),
        }
    }
}

impl Needed {
    fn add(&mut self, sessions: u64, bytes: Bytes) {
        let weights = bytes.weights.saturating_mul(WEIGHTS);
        let model = weights.saturating_add(bytes.constants.saturating_mul(2));
        let each = model.saturating_add(SESSION);
        self.model = self.model.saturating_add(each.saturating_mul(sessions));
        // Arenas grow by doubling, and convolutions copy their windows.
        let tensors = bytes.tensors.saturating_mul(2);
        self.picture = self
            .picture
            .saturating_add(tensors.saturating_mul(sessions));
    }
}

/// Returns freed memory to the system. Loading frees the file and its copies, whose memory glibc would keep.
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
