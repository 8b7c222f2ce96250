//! Panics of tract, as errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::NAME;
use crate::{
    engine::failure::failure,
    error::{Error, Result},
};

/// Runs tract. A panic becomes an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves half done belongs to tract, and later runs check what they get from it.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let panic = Error::panic(&*panic);
        let text = panic.reason();
        Err(failure(
            NAME,
            format_args!("it failed unexpectedly: {text}"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn panics_become_errors() {
        let panics = |text: &str| guarded::<()>(|| panic!("{text}")).expect_err("it panics");
        let error = panics("at 7");
        assert_eq!(error.kind(), ErrorKind::Engine);
        assert_eq!(error.to_string(), "tract: it failed unexpectedly: at 7");
        let error = panics("failed to allocate Layout");
        assert_eq!(error.kind(), ErrorKind::Memory);
    }
}
