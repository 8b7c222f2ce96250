//! A forked process has the memory of its parent, but not its threads: a generator says so instead of hanging.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]
#![cfg(target_os = "linux")]

use std::{
    thread,
    time::{Duration, Instant},
};

use multicond::{ErrorKind, Fit, Generator, Picture};
use multicond_test_support::{engines, small};

#[test]
fn a_child_gets_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = small::write(folder.path(), &small::model());
    for engine in engines::available() {
        let options = engines::options(engine).with_fit(Fit::Pad);
        let mut generator = Generator::open(&path, &options).unwrap();
        let (frame, mut picture) = (small::frame(24, 14), Picture::default());
        generator.generate(&frame, &mut picture).unwrap();
        // SAFETY: the child calls nothing that another thread of this process may have locked.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let result = generator.generate(&frame, &mut picture);
            let kind = result.err().map(|error| error.kind());
            let is_right = kind == Some(ErrorKind::NotSupported)
                && generator.prepare(8, 8).is_err()
                && generator.concept(&frame).is_err();
            drop(generator);
            // SAFETY: ends the child without the test harness.
            unsafe { libc::_exit(i32::from(!is_right)) };
        }
        assert_eq!(exit_code(child), Some(0), "{engine}");
        generator.generate(&frame, &mut picture).unwrap();
    }
}

/// The exit code of a child, or `None` if it hangs or is killed.
fn exit_code(child: libc::pid_t) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let mut status = 0;
        // SAFETY: `status` is writable.
        match unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } {
            0 => thread::sleep(Duration::from_millis(5)),
            _ => return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        }
    }
    // SAFETY: a process of ours.
    unsafe { libc::kill(child, libc::SIGKILL) };
    None
}
