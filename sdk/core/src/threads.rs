//! How many threads work: the one place that asks the system, and that knows how a generator's threads are divided.

use std::{num::NonZeroUsize, thread};

use crate::error::{Error, Result};

/// How many threads a generator works on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Threads {
    /// As many as the process may run at once.
    #[default]
    All,
    /// Half of them, at least one: leaves the others to the application.
    Half,
    /// So many, at most 1024.
    Exactly(NonZeroUsize),
}

/// More than any machine has; each is a thread, and a session with memory of its own.
const MAX: usize = 1024;

/// Threads that this process can run at once.
pub fn available() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl Threads {
    /// How many that is on this machine.
    ///
    /// # Errors
    /// When more are asked for than are allowed.
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
    /// So many, or all.
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

/// How a generator's threads are divided: the merge runs in single-threaded sessions side by side, the rendering in
/// one session with all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    pub(crate) merge_workers: usize,
    pub(crate) render: SessionThreads,
}

impl Division {
    /// Of so many threads, for an engine that runs at most `most_workers` sessions at once.
    pub(crate) fn new(threads: Threads, spin: bool, most_workers: usize) -> Result<Self> {
        let count = threads.count()?;
        Ok(Self {
            merge_workers: count.min(most_workers),
            render: SessionThreads { count, spin },
        })
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
