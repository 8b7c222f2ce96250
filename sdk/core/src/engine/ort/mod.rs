//! ONNX Runtime, whose library is loaded at run time. Each execution provider is an engine and has its own file.

#[cfg(feature = "ort")]
mod backend;
pub(super) mod cpu;
pub(super) mod cuda;
#[cfg(feature = "ort")]
mod external;
#[cfg(feature = "ort")]
mod library;
#[cfg(feature = "ort")]
mod probe_model;
#[cfg(feature = "ort")]
mod provider;
#[cfg(feature = "ort")]
mod runtime;
#[cfg(feature = "ort")]
mod search;
#[cfg(feature = "ort")]
mod session;
pub(super) mod tensorrt;
#[cfg(feature = "ort")]
mod trust;

/// Whether the user names a library, by option or environment variable.
#[cfg(feature = "ort")]
pub(super) fn is_library_named(option: Option<&std::path::Path>) -> bool {
    search::named(option).is_some()
}

#[cfg(not(feature = "ort"))]
pub(super) fn is_library_named(option: Option<&std::path::Path>) -> bool {
    option.is_some()
}

/// Opens ONNX Runtime with a provider.
macro_rules! open {
    ($request:expr, $title:expr, $provider:expr) => {{
        #[cfg(feature = "ort")]
        {
            super::backend::OrtBackend::open($request.ort_library, $provider)
                .map(|backend| std::sync::Arc::new(backend) as _)
        }
        #[cfg(not(feature = "ort"))]
        {
            let _ = $request;
            Err($crate::error::Error::engine(
                $title,
                $crate::engine::NOT_BUILT_IN,
            ))
        }
    }};
}
use open;
