//! The interface of an execution provider of ONNX Runtime.

use std::path::PathBuf;

use ::ort::{
    ep::{ArbitrarilyConfigurableExecutionProvider, ExecutionProviderDispatch},
    session::builder::SessionBuilder,
};

use crate::{cuda::Gpu, engine::Capabilities, error::Result};

/// An execution provider with its settings.
pub(super) trait Provider: Send + Sync {
    /// The engine's display name.
    fn title(&self) -> &'static str;

    /// ONNX Runtime's name for the provider.
    fn ort_name(&self) -> &'static str;

    /// How to use it best.
    fn capabilities(&self) -> Capabilities;

    /// The GPU on which a session's tensors must stay at fixed addresses; `None` if they may be anywhere on the host.
    fn resident(&self) -> Option<Gpu> {
        None
    }

    /// The folder in which the provider caches what it builds for this model, if it does.
    fn model_cache(&self, _model: &[u8], _ort_version: &str) -> Result<Option<PathBuf>> {
        Ok(None)
    }

    /// Adds the provider to a session under construction. Fails if it is not available; ONNX Runtime alone would
    /// silently use the CPU instead.
    fn register(
        &self,
        builder: SessionBuilder,
        model_cache: Option<&PathBuf>,
    ) -> ::ort::Result<SessionBuilder>;
}

/// A provider's options, as keys and values of ONNX Runtime.
pub(super) type OrtOptions = Vec<(&'static str, String)>;

pub(super) fn flag(on: bool) -> String {
    if on { "1" } else { "0" }.into()
}

/// A provider with options, which fails if it is not available.
pub(super) fn configured<P>(provider: P, options: OrtOptions) -> ExecutionProviderDispatch
where
    P: ArbitrarilyConfigurableExecutionProvider + Into<ExecutionProviderDispatch>,
{
    let set = |provider: P, (key, value)| provider.with_arbitrary_config(key, value);
    let provider: ExecutionProviderDispatch = options.into_iter().fold(provider, set).into();
    provider.error_on_failure()
}

/// The GPU whose tensors must stay in place, if a CUDA graph is recorded: it replays with the same addresses.
pub(super) fn graph_gpu(is_recorded: bool, number: u32) -> Option<Gpu> {
    is_recorded.then_some(Gpu { number, stream: 0 })
}

/// A GPU needs large tiles. These are guesses, not measured yet.
pub(super) const GPU_CAPABILITIES: Capabilities = Capabilities {
    tile_pixels: 16_384,
    lanes: 1,
    most_workers: 1,
    fixed_size: true,
};
