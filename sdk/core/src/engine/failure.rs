//! Failures of the libraries behind engines, as errors.

use std::fmt::Display;

use crate::error::{Error, ErrorKind};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lack_of_memory_is_a_kind_of_its_own() {
        let error = failure("ONNX Runtime", "std::bad_alloc");
        assert_eq!(error.kind(), ErrorKind::Memory);
        assert_eq!(failure("x", "no such operator").kind(), ErrorKind::Engine);
    }
}
