//! A thread pool for the merge. Idle threads sleep. Starting threads for each picture instead would allocate.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use crate::error::{Error, ErrorKind};

/// A fixed number of threads, the caller's included.
pub(super) struct ThreadPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// A thread that cannot be started: its stack is memory, too.
pub(super) fn no_thread(error: std::io::Error) -> Error {
    let reason = format!("cannot start a thread: {error}");
    Error::new(ErrorKind::Memory, "memory", reason).with_source(error)
}

struct Shared {
    state: Mutex<State>,
    start: Condvar,
    done: Condvar,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Counts jobs, so that each thread runs a job once.
    round: u64,
    /// Threads still running.
    running: usize,
    panic: Option<Box<dyn Any + Send>>,
    quit: bool,
}

/// A job; `ThreadPool::run` guarantees that it lives long enough.
#[derive(Clone, Copy)]
struct Job(*const (dyn Fn(usize) + Sync));

// SAFETY: points to a `Sync` function, which can be called from any thread.
unsafe impl Send for Job {}

impl ThreadPool {
    pub(super) fn new(threads: usize) -> std::io::Result<Self> {
        let mut pool = Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                start: Condvar::new(),
                done: Condvar::new(),
            }),
            threads: Vec::new(),
        };
        for worker in 1..threads {
            let shared = pool.shared.clone();
            let thread = std::thread::Builder::new().name(format!("multicond {worker}"));
            let thread = thread.spawn(move || shared.serve(worker))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// The number of threads, the caller's included.
    pub(super) fn threads(&self) -> usize {
        1 + self.threads.len()
    }

    /// Calls `job` once on each thread, with 0 on the caller's and 1, 2, ... on the others, and waits for all.
    pub(super) fn run(&self, job: &(dyn Fn(usize) + Sync)) {
        if self.threads.is_empty() {
            job(0);
            return;
        }
        // SAFETY: only the lifetime changes; the threads are done with it before this function returns.
        let erased = unsafe {
            std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync)>(
                job,
            )
        };
        {
            let mut state = self.shared.lock();
            state.job = Some(Job(erased));
            state.round += 1;
            state.running = self.threads.len();
        }
        self.shared.start.notify_all();
        let own = catch_unwind(AssertUnwindSafe(|| job(0)));
        let mut state = self.shared.lock();
        while state.running > 0 {
            let waited = self.shared.done.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.job = None;
        let panic = state.panic.take();
        drop(state);
        if let Some(panic) = own.err().or(panic) {
            resume_unwind(panic);
        }
    }
}

impl Shared {
    /// A poisoned lock is harmless: panics in jobs are caught, and changes of the state do not panic halfway.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, worker: usize) {
        let mut seen = 0;
        let mut state = self.lock();
        loop {
            if state.quit {
                return;
            }
            if let Some(job) = state.job.filter(|_| state.round != seen) {
                seen = state.round;
                drop(state);
                // SAFETY: `run` keeps the job alive until `running` is 0, below.
                let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*job.0)(worker) }));
                state = self.lock();
                if let Err(panic) = result {
                    state.panic.get_or_insert(panic);
                }
                state.running -= 1;
                if state.running == 0 {
                    self.done.notify_one();
                }
            } else {
                let waited = self.start.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.shared.lock().quit = true;
        self.shared.start.notify_all();
        for thread in self.threads.drain(..) {
            // `serve` does not panic.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_thread_runs_a_job_once() {
        for workers in [1, 2, 5] {
            let pool = ThreadPool::new(workers).unwrap();
            let counts: Vec<AtomicUsize> = (0..workers).map(|_| AtomicUsize::new(0)).collect();
            for _ in 0..100 {
                pool.run(&|worker| {
                    counts[worker].fetch_add(1, Ordering::Relaxed);
                });
            }
            assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == 100));
        }
    }

    #[test]
    fn a_panic_comes_back_and_the_pool_goes_on() {
        let pool = ThreadPool::new(3).unwrap();
        for culprit in 0..3 {
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.run(&|worker| assert_ne!(worker, culprit, "on purpose"));
            }));
            assert!(result.is_err());
        }
        let count = AtomicUsize::new(0);
        pool.run(&|_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(count.into_inner(), 3);
    }
}
