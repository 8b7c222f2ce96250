//! Cancels a picture that is being generated, and reports its progress.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    engine::Stop,
    error::{Error, Result},
};

/// Cancels the picture that a generator is generating, from any thread. Clones cancel the same generator.
#[derive(Clone, Default)]
pub struct Canceller(Arc<Signal>);

#[derive(Default)]
struct Signal {
    requested: AtomicBool,
    sessions: Mutex<Vec<Arc<dyn Stop>>>,
}

impl Canceller {
    /// Makes the picture that is being generated, if any, fail with [`Cancelled`](crate::ErrorKind::Cancelled) as soon as
    /// possible. ONNX Runtime stops within a run of the model; tract stops only between tiles and after the rendering.
    /// Does not affect later pictures.
    pub fn cancel(&self) {
        // Flag and sessions change under one lock. Otherwise a late cancel could stop the sessions of the next picture
        // without its flag being set.
        let sessions = self.sessions();
        self.0.requested.store(true, Ordering::SeqCst);
        sessions.iter().for_each(|session| session.stop());
    }

    /// Clears an earlier cancel, which was for another picture.
    pub(super) fn reset(&self) {
        let sessions = self.sessions();
        self.0.requested.store(false, Ordering::SeqCst);
        sessions.iter().for_each(|session| session.allow());
    }

    pub(super) fn watch(&self, sessions: Vec<Arc<dyn Stop>>) {
        *self.sessions() = sessions;
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.0.requested.load(Ordering::SeqCst) {
            true => Err(Error::cancelled()),
            false => Ok(()),
        }
    }

    /// Replaces the engine's error by `Cancelled` if a cancel caused it.
    pub(super) fn explain<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| self.check().err().unwrap_or(error))
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Vec<Arc<dyn Stop>>> {
        let sessions = self.0.sessions.lock();
        sessions.unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Canceller")
            .field(&self.check().is_err())
            .finish()
    }
}

/// Progress callback: called with the fraction of a picture that is done, from 0 to 1, on the thread that generates it.
/// Returning `false` cancels the picture.
pub type Progress = Box<dyn FnMut(f32) -> bool + Send>;

/// Reports the progress of one picture.
pub(super) struct Reporter<'a> {
    canceller: &'a Canceller,
    progress: Option<&'a mut Progress>,
    /// The merge's share of the work.
    merge_share: f32,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(
        canceller: &'a Canceller,
        progress: Option<&'a mut Progress>,
        merge_share: f32,
    ) -> Self {
        Self {
            canceller,
            progress,
            merge_share,
        }
    }

    /// Reports the fraction of the merge that is done, from 0 to 1.
    pub(super) fn report(&mut self, done: f32) -> Result<()> {
        self.tell(self.merge_share * done)
    }

    /// Reports that everything is done except writing the picture.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.tell(1.0)
    }

    fn tell(&mut self, done: f32) -> Result<()> {
        if let Some(progress) = &mut self.progress
            && !progress(done)
        {
            return Err(Error::cancelled());
        }
        self.canceller.check()
    }
}
