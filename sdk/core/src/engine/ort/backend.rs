//! ONNX Runtime with one execution provider.

use std::path::{Path, PathBuf};

use ::ort::environment::Environment;

use super::{
    external::OrtExternal,
    library::Library,
    probe_model,
    provider::Provider,
    runtime::runtime,
    session::{Loader, OrtSession},
};
use crate::{
    engine::{Backend, Capabilities, Session, external::External},
    error::{Error, Result},
    threads::SessionThreads,
};

pub(super) struct OrtBackend {
    environment: Environment,
    library: Library,
    provider: Box<dyn Provider>,
}

impl OrtBackend {
    /// Finds and loads ONNX Runtime, and checks that the provider works.
    pub(super) fn open(library: Option<&Path>, provider: impl Provider + 'static) -> Result<Self> {
        let (library, environment) =
            runtime(library).map_err(|error| Error::engine(provider.title(), error.reason()))?;
        let backend = Self {
            environment,
            library,
            provider: Box::new(provider),
        };
        backend.probe()?;
        Ok(backend)
    }

    /// Checks that the library contains the provider and, by loading a tiny model, that the GPU and its libraries work.
    fn probe(&self) -> Result<()> {
        let (name, library) = (self.provider.ort_name(), &self.library);
        if !library.providers.iter().any(|provider| provider == name) {
            let reason = format_args!(
                "{} {} is built without {name}; it has {}",
                library.path.display(),
                library.version,
                library.providers.join(", ")
            );
            return Err(Error::engine(self.provider.title(), reason));
        }
        if name == "CPUExecutionProvider" {
            return Ok(());
        }
        let model = probe_model::bytes();
        OrtSession::new(&self.loader(None, SessionThreads::ONE), &model).map(drop)
    }

    fn loader<'a>(
        &'a self,
        model_cache: Option<&'a PathBuf>,
        threads: SessionThreads,
    ) -> Loader<'a> {
        Loader {
            environment: &self.environment,
            provider: self.provider.as_ref(),
            model_cache,
            threads,
        }
    }

    fn model_cache(&self, model: &[u8]) -> Result<Option<PathBuf>> {
        self.provider.model_cache(model, &self.library.version)
    }
}

impl Backend for OrtBackend {
    fn version(&self) -> &str {
        &self.library.version
    }

    fn library(&self) -> Option<PathBuf> {
        Some(self.library.path.clone())
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    fn load(
        &self,
        model: &[u8],
        threads: SessionThreads,
        copies: usize,
    ) -> Result<Vec<Box<dyn Session>>> {
        let cache = self.model_cache(model)?;
        let loader = self.loader(cache.as_ref(), threads);
        let load = |_| OrtSession::new(&loader, model).map(|session| Box::new(session) as _);
        (0..copies).map(load).collect()
    }

    fn load_external(
        &self,
        model: &[u8],
        output: Option<&str>,
        threads: SessionThreads,
    ) -> Result<Box<dyn External>> {
        let cache = self.model_cache(model)?;
        let loader = self.loader(cache.as_ref(), threads);
        Ok(Box::new(OrtExternal::new(&loader, model, output)?))
    }
}
