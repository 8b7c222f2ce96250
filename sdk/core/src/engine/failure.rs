//! Failures of the libraries behind engines, as errors: what they report, and their panics.

use std::{
    any::Any,
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::error::{Error, ErrorKind, Result};

/// An engine's own error. Lack of memory is [`ErrorKind::Memory`], though libraries say so in their text only.
pub(super) fn failure(title: &str, reason: impl Display) -> Error {
    let reason = reason.to_string();
    let kind = match is_lack_of_memory(&reason) {
        true => ErrorKind::Memory,
        false => ErrorKind::Engine,
    };
    Error::new(kind, title, reason)
}

/// What the C++ library, ONNX Runtime, tract and CUDA say.
fn is_lack_of_memory(reason: &str) -> bool {
    const SIGNS: [&str; 9] = [
        // A thread's stack.
        "pthread_create failed",
        "Resource temporarily unavailable",
        "bad_alloc",
        "bad allocation",
        "Failed to allocate memory",
        "failed to allocate",
        "Available memory of",
        "CUDA_ERROR_OUT_OF_MEMORY",
        "out of memory",
    ];
    SIGNS.iter().any(|sign| reason.contains(sign))
}

/// Runs an engine. A panic of its library becomes an error.
pub(super) fn guarded<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves half done belongs to the library, and later runs check what they get from it.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(title, &*panic)))
}

fn panicked(title: &str, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("without a message");
    match is_lack_of_memory(text) {
        true => failure(title, text),
        false => Error::engine(title, format_args!("it failed unexpectedly: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_and_lack_of_memory_become_errors() {
        let error = guarded::<()>("tract", || panic!("at {}", 7)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Engine);
        assert_eq!(error.to_string(), "tract: it failed unexpectedly: at 7");
        let error = guarded::<()>("tract", || panic!("failed to allocate Layout")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Memory);
        let error = failure("ONNX Runtime", "std::bad_alloc");
        assert_eq!(error.kind(), ErrorKind::Memory);
        assert_eq!(failure("x", "no such operator").kind(), ErrorKind::Engine);
    }
}
