//! Runs work on several threads ahead of its consumer and returns the results in order.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

/// The results of `work(first)`, `work(first + 1)`, ... until one is `None`.
#[derive(Debug)]
pub(crate) struct Ordered<T> {
    /// The results of each thread; results are taken from the threads in turn.
    results: Vec<Receiver<T>>,
    next: usize,
}

impl<T: Send + 'static> Ordered<T> {
    /// Starts `threads` threads, each at most `ahead` results ahead. They stop when this is dropped.
    pub(crate) fn start(
        threads: usize,
        ahead: usize,
        first: u64,
        work: impl Fn(u64) -> Option<T> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let work = Arc::new(work);
        let mut results = Vec::with_capacity(threads);
        for thread in 0..threads {
            let (sender, receiver) = sync_channel(ahead);
            let work = work.clone();
            thread::Builder::new()
                .name(format!("data {thread}"))
                .spawn(move || {
                    for number in (first + thread as u64..).step_by(threads) {
                        let Some(result) = work(number) else { return };
                        // The consumer was dropped.
                        if sender.send(result).is_err() {
                            return;
                        }
                    }
                })?;
            results.push(receiver);
        }
        Ok(Self { results, next: 0 })
    }
}

impl<T> Iterator for Ordered<T> {
    type Item = T;

    /// Waits for the next result; `None` after the last one, or if a thread panicked.
    fn next(&mut self) -> Option<T> {
        let result = self.results[self.next].recv().ok();
        self.next = (self.next + 1) % self.results.len();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_end() {
        for threads in [1, 3] {
            let work = |number| (number < 20).then_some(number * number);
            let results = Ordered::start(threads, 2, 5, work).unwrap();
            let expected: Vec<u64> = (5..20).map(|number| number * number).collect();
            assert_eq!(results.collect::<Vec<_>>(), expected);
        }
    }
}
