//! The engine `tract`: pure Rust, built in, available on every machine.

#[cfg(feature = "tract")]
mod backend;

use std::sync::Arc;

use super::{
    Backend, Device, Setting,
    backend::{Descriptor, Request},
    settings,
};
use crate::error::Result;

const NAME: &str = "tract";

pub(super) struct TractEngine;

impl Descriptor for TractEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        NAME
    }

    fn device(&self) -> Device {
        Device::Cpu
    }

    fn is_automatic(&self) -> bool {
        true
    }

    fn requirements(&self) -> &'static str {
        "nothing"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn open(&self, request: &Request<'_>) -> Result<Arc<dyn Backend>> {
        if let Some((name, _)) = request.settings.iter().next() {
            return Err(settings::unknown(NAME, name, &[]));
        }
        #[cfg(feature = "tract")]
        return Ok(Arc::new(backend::TractBackend));
        #[cfg(not(feature = "tract"))]
        return Err(crate::error::Error::engine(NAME, super::NOT_BUILT_IN));
    }
}
