//! What an execution provider of ONNX Runtime has to say about itself.

use std::path::PathBuf;

use ::ort::{
    ep::{ArbitrarilyConfigurableExecutionProvider, ExecutionProviderDispatch},
    session::builder::SessionBuilder,
};

use crate::{cuda::Gpu, engine::Capabilities, error::Result};

/// An execution provider with its settings.
pub(super) trait Provider: Send + Sync {
    /// The engine's name for people.
    fn title(&self) -> &'static str;

    /// ONNX Runtime's name for the provider.
    fn ort_name(&self) -> &'static str;

    /// What suits it.
    fn capabilities(&self) -> Capabilities;

    /// Where a session's tensors have to stay from run to run; anywhere on the host if not given.
    fn resident(&self) -> Option<Gpu> {
        None
    }

    /// The folder for what the provider builds of this model, if it keeps anything.
    fn model_cache(&self, _model: &[u8], _ort_version: &str) -> Result<Option<PathBuf>> {
        Ok(None)
    }

    /// Puts the provider into a session that is being made. One that cannot be had is an error: left to
    /// itself ONNX Runtime would go on with the CPU.
    fn register(
        &self,
        builder: SessionBuilder,
        model_cache: Option<&PathBuf>,
    ) -> ::ort::Result<SessionBuilder>;
}

/// A provider's options as ONNX Runtime takes them.
pub(super) type OrtOptions = Vec<(&'static str, String)>;

pub(super) fn flag(on: bool) -> String {
    if on { "1" } else { "0" }.into()
}

/// A provider with options, which fails where it cannot be had.
pub(super) fn configured<P>(provider: P, options: OrtOptions) -> ExecutionProviderDispatch
where
    P: ArbitrarilyConfigurableExecutionProvider + Into<ExecutionProviderDispatch>,
{
    let set = |provider: P, (key, value)| provider.with_arbitrary_config(key, value);
    let provider: ExecutionProviderDispatch = options.into_iter().fold(provider, set).into();
    provider.error_on_failure()
}

/// A GPU wants much to do at a time. Not measured yet.
pub(super) const GPU_CAPABILITIES: Capabilities = Capabilities {
    tile_pixels: 16_384,
    lanes: 1,
    most_workers: 1,
    fixed_size: true,
};
