//! A spinner for work that takes long.

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

use indicatif::ProgressBar;

/// Shorter work shows no spinner.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs `work`, with a spinner if it takes longer than [`PATIENCE`] and stderr is a terminal.
pub(crate) fn with_spinner<T>(message: &'static str, work: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // Draws on stderr, if that is a terminal.
                let spinner = ProgressBar::new_spinner().with_message(message);
                spinner.enable_steady_tick(Duration::from_millis(100));
                let _ = waiting.recv();
                spinner.finish_and_clear();
            }
        });
        let result = work();
        drop(done);
        result
    })
}
