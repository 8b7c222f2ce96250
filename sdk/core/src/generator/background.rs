//! A generator that runs on its own thread while the application does other work.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle, ThreadId},
};

use super::{Canceller, Frame, Generator, thread_pool::no_thread};
use crate::{
    error::{Error, Result},
    pixels::Output,
    threads::OfProcess,
};

/// A generator and its frame, which generates pictures on a background thread, one at a time.
///
/// All methods are thread-safe. While a picture is being generated, [`with`](Self::with) and [`start`](Self::start) fail
/// with [`Busy`](crate::ErrorKind::Busy) at once.
pub struct BackgroundGenerator(OfProcess<Background>);

struct Background {
    shared: Arc<Shared>,
    canceller: Canceller,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// A generator and its frame.
struct Work {
    generator: Generator,
    frame: Frame<'static>,
}

struct State {
    /// `None` while it is in use.
    work: Option<Box<Work>>,
    /// The thread that uses it.
    by: Option<ThreadId>,
    /// The output of a picture that the thread has not begun yet.
    order: Option<Output<'static>>,
    /// Whether a picture was started whose outcome `wait` has not returned yet.
    ordered: bool,
    outcome: Option<Result<()>>,
    quit: bool,
}

impl BackgroundGenerator {
    /// Wraps a generator and its frame. The thread is started for the first picture.
    pub fn new(generator: Generator, frame: Frame<'static>) -> Self {
        let canceller = generator.canceller();
        let state = State {
            work: Some(Box::new(Work { generator, frame })),
            by: None,
            order: None,
            ordered: false,
            outcome: None,
            quit: false,
        };
        Self(OfProcess::new(Background {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: Condvar::new(),
            }),
            canceller,
            thread: Mutex::new(None),
        }))
    }

    /// Calls `action` with the generator and the frame, on this thread.
    ///
    /// # Errors
    /// [`Busy`](crate::ErrorKind::Busy) if the generator is in use, or the error of `action`. A panic in `action` is
    /// propagated and leaves the generator usable.
    pub fn with<T>(
        &self,
        action: impl FnOnce(&mut Generator, &mut Frame<'static>) -> Result<T>,
    ) -> Result<T> {
        self.0.check()?;
        let shared = &self.0.shared;
        let mut state = shared.lock();
        if state.order.is_some() {
            return Err(Error::busy());
        }
        let mut work = state.work.take().ok_or_else(Error::busy)?;
        state.by = Some(thread::current().id());
        drop(state);
        let Work { generator, frame } = &mut *work;
        let result = catch_unwind(AssertUnwindSafe(|| action(generator, frame)));
        shared.lock().give_back(work);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Starts generating the picture of the frame. The outcome of an earlier picture is discarded.
    ///
    /// # Errors
    /// [`Busy`](crate::ErrorKind::Busy) if the generator is in use, or when no thread can be started. All other errors
    /// are returned by [`wait`](Self::wait).
    ///
    /// # Safety
    /// Until [`wait`](Self::wait) has returned, [`poll`](Self::poll) has returned `false`, or this value is dropped, the
    /// memory of `output` and of the frame's images must stay valid, nobody else may use the memory of `output`, and
    /// nobody may write that of the images.
    pub unsafe fn start(&self, output: Output<'static>) -> Result<()> {
        self.0.check()?;
        let Background {
            shared,
            canceller,
            thread,
        } = &*self.0;
        let mut thread = thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let shared = shared.clone();
            let builder = std::thread::Builder::new().name("multicond".into());
            let started = builder.spawn(move || shared.serve());
            *thread = Some(started.map_err(no_thread)?);
        }
        let mut state = shared.lock();
        if state.work.is_none() || state.order.is_some() {
            return Err(Error::busy());
        }
        // From here on a cancel applies to this picture.
        canceller.reset();
        state.order = Some(output);
        state.ordered = true;
        state.outcome = None;
        shared.changed.notify_all();
        Ok(())
    }

    /// Whether the picture that was started last is still being generated. `false` in a forked process.
    pub fn poll(&self) -> bool {
        if self.0.check().is_err() {
            return false;
        }
        let state = self.0.shared.lock();
        state.ordered && state.outcome.is_none()
    }

    /// Waits for the picture that was started last and returns its outcome, once. Succeeds if none was started, or its
    /// outcome was already returned.
    ///
    /// # Errors
    /// As for [`Generator::generate_into`]; [`Busy`](crate::ErrorKind::Busy) on the thread that generates a picture, that
    /// is, in its progress callback.
    pub fn wait(&self) -> Result<()> {
        self.0.check()?;
        let shared = &self.0.shared;
        let mut state = shared.lock();
        if state.by == Some(thread::current().id()) {
            return Err(Error::busy());
        }
        while state.ordered && state.outcome.is_none() {
            let waited = shared.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.ordered = false;
        state.outcome.take().unwrap_or(Ok(()))
    }

    /// Cancels the picture that is being generated, in the background or in [`with`](Self::with), see
    /// [`Canceller::cancel`].
    pub fn cancel(&self) {
        if self.0.check().is_ok() {
            self.0.canceller.cancel();
        }
    }
}

impl State {
    fn give_back(&mut self, work: Box<Work>) {
        self.work = Some(work);
        self.by = None;
    }
}

impl Shared {
    /// A poisoned lock is harmless: changes of the state do not panic halfway.
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
                .expect("`start` requires `work`, and `with` leaves it while there is an order");
            state.by = Some(thread::current().id());
            drop(state);
            let make = || {
                let Work { generator, frame } = &mut *work;
                generator.generate_uncancelled(frame, &mut output)
            };
            let outcome = catch_unwind(AssertUnwindSafe(make))
                .unwrap_or_else(|panic| Err(Error::panic(panic.as_ref())));
            state = self.lock();
            state.give_back(work);
            state.outcome = Some(outcome);
            self.changed.notify_all();
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.shared.lock().quit = true;
        self.canceller.cancel();
        self.shared.changed.notify_all();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // A progress callback may drop the last reference; a thread cannot wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id())
        {
            // `serve` catches panics.
            let _ = thread.join();
        }
    }
}
