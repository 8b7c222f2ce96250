//! The engine `tract`: pure Rust, built in, available on every machine.

#[cfg(feature = "tract")]
mod backend;
#[cfg(feature = "tract")]
mod guard;

use super::{Device, backend::Descriptor, settings};
const NAME: &str = "tract";

pub(super) static ENGINE: Descriptor = Descriptor {
    name: NAME,
    title: NAME,
    device: Device::Cpu,
    is_automatic: true,
    requirements: "nothing",
    settings: &[],
    hopeless: || None,
    open: |request| {
        settings::check_none(NAME, request.settings)?;
        #[cfg(feature = "tract")]
        return Ok(std::sync::Arc::new(backend::TractBackend));
        #[cfg(not(feature = "tract"))]
        return Err(crate::error::Error::engine(NAME, super::NOT_BUILT_IN));
    },
};
