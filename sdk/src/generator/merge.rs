//! The per-pixel half of a model, run over a picture: in tiles, or at once.
//!
//! Tiles of a size that stays in the processor's cache, each on one thread, are half as fast again as
//! one run over the whole picture with all threads, and take tens of megabytes in place of a gigabyte.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{columns::Columns, tile::Tile, view::View};
use crate::{
    engine::{Engine, Session},
    error::Result,
    model::{Manifest, Part},
};

/// The merge, ready to run.
pub(super) enum Merger {
    Tiled(Tiled),
    Whole(Box<dyn Session>),
}

/// One worker a thread, each with a session and memory of its own.
pub(super) struct Tiled {
    pixels: usize,
    workers: Vec<Worker>,
}

struct Worker {
    session: Box<dyn Session>,
    tile: Tile,
    concept: Vec<f32>,
}

impl Merger {
    pub(super) fn tiled(
        engine: &dyn Engine,
        part: &Part,
        manifest: &Manifest,
        pixels: usize,
        threads: usize,
    ) -> Result<Self> {
        let sessions = engine.load(&part.to_bytes(Some((pixels, 1))), 1, threads)?;
        let worker = |session| Worker {
            session,
            tile: Tile::new(&manifest.labels, pixels),
            concept: vec![0.0; manifest.concept_channels * pixels],
        };
        Ok(Self::Tiled(Tiled {
            pixels,
            workers: sessions.into_iter().map(worker).collect(),
        }))
    }

    /// Fills `concept`, `[channels, height, width]`.
    pub(super) fn run(
        &mut self,
        view: &mut View<'_>,
        channels: usize,
        concept: &mut [f32],
    ) -> Result<()> {
        match self {
            Self::Tiled(tiled) => tiled.run(view, &Columns::new(concept, channels)),
            Self::Whole(session) => run_whole(
                session.as_mut(),
                view,
                concept,
                [1, channels, view.height, view.width],
            ),
        }
    }
}

/// Runs a session that takes all labels over the whole picture.
pub(super) fn run_whole(
    session: &mut dyn Session,
    view: &mut View<'_>,
    output: &mut [f32],
    shape: [usize; 4],
) -> Result<()> {
    let pixels = view.pixels();
    view.labels.iter_mut().for_each(|label| label.fill(pixels));
    let inputs = view
        .labels
        .iter()
        .map(|label| label.input(view.width, view.height));
    session.run(&inputs.collect::<Vec<_>>(), output, shape)
}

impl Tiled {
    fn run(&mut self, view: &View<'_>, concept: &Columns<'_>) -> Result<()> {
        let next = AtomicUsize::new(0);
        let tiles = view.pixels().div_ceil(self.pixels);
        let (pixels, next) = (self.pixels, &next);
        let work = |worker: &mut Worker| -> Result<()> {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= tiles {
                    return Ok(());
                }
                let start = index * pixels;
                let count = pixels.min(view.pixels() - start);
                // One worker's failure is every worker's.
                worker.run(view, start, count, pixels).inspect_err(|_| {
                    next.store(tiles, Ordering::Relaxed);
                })?;
                // SAFETY: the counter gives each tile, and so each range of pixels, to one worker.
                unsafe { concept.write(start..start + count, &worker.concept) };
            }
        };
        let busy = self.workers.len().min(tiles);
        let Some((first, others)) = self.workers[..busy].split_first_mut() else {
            return Ok(());
        };
        std::thread::scope(|scope| {
            let others = others.iter_mut().map(|worker| scope.spawn(|| work(worker)));
            let others: Vec<_> = others.collect();
            let mut result = work(first);
            for other in others {
                let other = other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                result = result.and(other);
            }
            result
        })
    }
}

impl Worker {
    fn run(&mut self, view: &View<'_>, start: usize, count: usize, pixels: usize) -> Result<()> {
        self.tile.load(view, start, count);
        let channels = self.concept.len() / pixels;
        let inputs = self.tile.inputs();
        self.session
            .run(&inputs, &mut self.concept, [1, channels, 1, pixels])
    }
}
