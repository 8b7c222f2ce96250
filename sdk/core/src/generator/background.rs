//! A generator that works on a thread of its own while the application goes on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use super::{Canceller, Frame, Generator};
use crate::{
    error::{Error, Result},
    pixels::Output,
};

/// A generator and its frame, for pictures made in the background, one at a time.
///
/// All methods are thread-safe. While a picture is made, those that need the generator fail with
/// [`Busy`](crate::ErrorKind::Busy) at once.
pub struct BackgroundGenerator {
    shared: Arc<Shared>,
    canceller: Canceller,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// A generator and the frame that it makes pictures of.
struct Work {
    generator: Generator,
    frame: Frame<'static>,
}

struct State {
    /// Taken while it is in use.
    work: Option<Box<Work>>,
    /// What the thread is to do next.
    order: Option<Output<'static>>,
    /// Whether an order was given whose outcome nobody has fetched.
    ordered: bool,
    outcome: Option<Result<()>>,
    quit: bool,
}

impl BackgroundGenerator {
    /// Takes over a generator.
    pub fn new(generator: Generator, frame: Frame<'static>) -> Self {
        let canceller = generator.canceller();
        let state = State {
            work: Some(Box::new(Work { generator, frame })),
            order: None,
            ordered: false,
            outcome: None,
            quit: false,
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: Condvar::new(),
            }),
            canceller,
            thread: Mutex::new(None),
        }
    }

    /// Uses the generator and the frame on this thread.
    ///
    /// # Errors
    /// [`Busy`](crate::ErrorKind::Busy), or what `action` returns. A panic in `action` goes on once the generator is
    /// back in its place.
    pub fn with<T>(
        &self,
        action: impl FnOnce(&mut Generator, &mut Frame<'static>) -> Result<T>,
    ) -> Result<T> {
        let mut state = self.shared.lock();
        if state.order.is_some() {
            return Err(Error::busy());
        }
        let mut work = state.work.take().ok_or_else(Error::busy)?;
        drop(state);
        let Work { generator, frame } = &mut *work;
        let result = catch_unwind(AssertUnwindSafe(|| action(generator, frame)));
        self.shared.lock().work = Some(work);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Starts to make the picture of the frame. The outcome of an earlier one is forgotten.
    ///
    /// # Errors
    /// [`Busy`](crate::ErrorKind::Busy), or when no thread can be started.
    ///
    /// # Safety
    /// `output`'s memory, and that of the frame's images, stays as it is until [`wait`](Self::wait) has returned,
    /// [`poll`](Self::poll) has said that nothing is under way, or this value is dropped.
    pub unsafe fn start(&self, output: Output<'static>) -> Result<()> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let shared = self.shared.clone();
            let builder = std::thread::Builder::new().name("multicond".into());
            let started = builder.spawn(move || shared.serve());
            let started = started
                .map_err(|error| Error::internal(format_args!("cannot start a thread: {error}")))?;
            *thread = Some(started);
        }
        let mut state = self.shared.lock();
        if state.work.is_none() || state.order.is_some() {
            return Err(Error::busy());
        }
        // A cancel from now on is for this picture.
        self.canceller.reset();
        state.order = Some(output);
        state.ordered = true;
        state.outcome = None;
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Whether a picture that was started is still being made.
    pub fn poll(&self) -> bool {
        let state = self.shared.lock();
        state.ordered && state.outcome.is_none()
    }

    /// Waits for the picture that was started last, and tells its outcome, once. Nothing started, or already
    /// told, is success.
    ///
    /// # Errors
    /// As [`Generator::generate_into`].
    pub fn wait(&self) -> Result<()> {
        let mut state = self.shared.lock();
        while state.ordered && state.outcome.is_none() {
            let waited = self.shared.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.ordered = false;
        state.outcome.take().unwrap_or(Ok(()))
    }

    /// Ends the picture under way, in the background or not. Its outcome is [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel(&self) {
        self.canceller.cancel();
    }
}

impl Shared {
    /// Work on the state itself does not panic, so whatever poisoned the lock has left it whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if state.quit {
                return;
            }
            let Some(mut output) = state.order.take() else {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let work = state.work.take();
            let mut work = work
                .expect("an order is given only while the work state is there, and keeps it there");
            drop(state);
            let make = || {
                let Work { generator, frame } = &mut *work;
                generator.generate_uncancelled(frame, &mut output)
            };
            let outcome = catch_unwind(AssertUnwindSafe(make))
                .unwrap_or_else(|panic| Err(Error::panic(panic.as_ref())));
            state = self.lock();
            state.work = Some(work);
            state.outcome = Some(outcome);
            self.changed.notify_all();
        }
    }
}

impl Drop for BackgroundGenerator {
    fn drop(&mut self) {
        self.shared.lock().quit = true;
        self.canceller.cancel();
        self.shared.changed.notify_all();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // `serve` catches what panics.
            let _ = thread.join();
        }
    }
}
