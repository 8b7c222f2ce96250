//! Cancelling a picture that is being made, and reporting its progress.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    engine::Stop,
    error::{Error, Result},
};

/// Cancels the picture that a generator is making, from any thread. Clones do the same.
#[derive(Clone, Default)]
pub struct Canceller(Arc<Signal>);

#[derive(Default)]
struct Signal {
    requested: AtomicBool,
    sessions: Mutex<Vec<Arc<dyn Stop>>>,
}

impl Canceller {
    /// The picture under way, if any, ends with [`Cancelled`](crate::ErrorKind::Cancelled) as soon as the engine can. The generator
    /// can be used on; the next picture is what it would have been.
    pub fn cancel(&self) {
        // Flag and sessions change together, or a cancel that comes late would stop sessions under a new picture
        // that knows of none.
        let sessions = self.sessions();
        self.0.requested.store(true, Ordering::SeqCst);
        sessions.iter().for_each(|session| session.stop());
    }

    /// Forgets an earlier cancel, which was for another picture.
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

    /// An engine that is made to stop calls that a failure.
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

/// Progress callback: gets how much of a picture is done, from 0 to 1, on the thread that makes it; returning `false`
/// cancels it.
pub type Progress = Box<dyn FnMut(f32) -> bool + Send>;

/// Reports the progress of one picture.
pub(super) struct Reporter<'a> {
    canceller: &'a Canceller,
    progress: Option<&'a mut Progress>,
    /// What the merge is of the whole.
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

    /// `done` of the merge, from 0 to 1.
    pub(super) fn report(&mut self, done: f32) -> Result<()> {
        self.tell(self.merge_share * done)
    }

    /// All is done but for handing out the picture.
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
