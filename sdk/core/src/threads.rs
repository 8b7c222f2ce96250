//! Thread counts: asks the system how many threads can run, and divides a generator's threads. And what is left of
//! threads in a forked process: nothing.

use std::{
    mem::ManuallyDrop,
    num::NonZeroUsize,
    ops::{Deref, DerefMut},
    process, thread,
};

use crate::error::{Error, Result};

/// How many threads a generator uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threads {
    /// As many as the process can run in parallel, at most 1024.
    #[default]
    All,
    /// Half as many, but at least one. Leaves the others to the application.
    Half,
    /// This many, at most 1024.
    Exactly(NonZeroUsize),
}

/// A limit, because every thread may need an engine session with its own memory.
const MAX: usize = 1024;

/// The number of threads that this process can run in parallel; 1 if the system does not say.
pub fn available() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl Threads {
    /// The number of threads on this machine.
    ///
    /// # Errors
    /// When [`Exactly`](Self::Exactly) more than 1024 are requested.
    pub fn count(self) -> Result<usize> {
        match self {
            Self::All => Ok(available().min(MAX)),
            Self::Half => Ok((available().min(MAX) / 2).max(1)),
            Self::Exactly(count) if count.get() <= MAX => Ok(count.get()),
            Self::Exactly(count) => {
                let reason = format!("{count}, expected 1 to {MAX}");
                Err(Error::option("threads", reason))
            }
        }
    }
}

impl From<Option<NonZeroUsize>> for Threads {
    /// [`Exactly`](Threads::Exactly) for `Some`, [`All`](Threads::All) for `None`.
    fn from(count: Option<NonZeroUsize>) -> Self {
        count.map_or(Self::All, Self::Exactly)
    }
}

/// Threads of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionThreads {
    pub(crate) count: usize,
    /// Whether idle threads spin instead of sleeping.
    pub(crate) spin: bool,
}

impl SessionThreads {
    pub(crate) const ONE: Self = Self {
        count: 1,
        spin: false,
    };
}

/// How a generator's threads are divided: the merge runs in parallel in single-threaded sessions, the rendering in one
/// session with all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    pub(crate) merge_workers: usize,
    pub(crate) render: SessionThreads,
}

impl Division {
    /// Divides threads for an engine that merges in at most `most_workers` sessions.
    pub(crate) fn new(threads: Threads, spin: bool, most_workers: usize) -> Result<Self> {
        let count = threads.count()?;
        Ok(Self {
            merge_workers: count.min(most_workers),
            render: SessionThreads { count, spin },
        })
    }
}

/// A value with threads, which belong to one process. Waiting for them in a forked child would never end, so the value
/// is leaked there.
pub(crate) struct OfProcess<T> {
    process: u32,
    value: ManuallyDrop<T>,
}

impl<T> OfProcess<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            process: process::id(),
            value: ManuallyDrop::new(value),
        }
    }

    /// Fails in a forked child.
    pub(crate) fn check(&self) -> Result<()> {
        if self.process == process::id() {
            return Ok(());
        }
        Err(Error::not_supported(format_args!(
            "the generator was made in process {}, and its threads do not exist in this fork; make a new one",
            self.process
        )))
    }
}

impl<T> Deref for OfProcess<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for OfProcess<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for OfProcess<T> {
    fn drop(&mut self) {
        if self.check().is_ok() {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_bounded() {
        let exactly = |count| Threads::Exactly(NonZeroUsize::new(count).unwrap());
        assert_eq!(exactly(3).count().unwrap(), 3);
        let error = exactly(1025).count().unwrap_err().to_string();
        assert_eq!(error, "option `threads`: 1025, expected 1 to 1024");
        assert!(Threads::Half.count().unwrap() >= 1);
        let division = Division::new(exactly(8), false, 1).unwrap();
        assert_eq!((division.merge_workers, division.render.count), (1, 8));
    }
}
