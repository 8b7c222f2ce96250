//! The engine `onnxruntime`: ONNX Runtime on the CPU.

use std::sync::Arc;

use super::open;
use crate::{
    engine::{
        Backend, Device, Setting,
        backend::{Descriptor, Request},
        settings,
    },
    error::Result,
};

pub(in crate::engine) const NAME: &str = "onnxruntime";
const TITLE: &str = "ONNX Runtime";

pub(in crate::engine) struct CpuEngine;

impl Descriptor for CpuEngine {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn device(&self) -> Device {
        Device::Cpu
    }

    fn is_automatic(&self) -> bool {
        true
    }

    fn requirements(&self) -> &'static str {
        "ONNX Runtime's library (`cargo xtask assets ort` installs it)"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn open(&self, request: &Request<'_>) -> Result<Arc<dyn Backend>> {
        if let Some((name, _)) = request.settings.iter().next() {
            return Err(settings::unknown(NAME, name, &[]));
        }
        open!(request, TITLE, CpuProvider)
    }
}

#[cfg(feature = "ort")]
struct CpuProvider;

#[cfg(feature = "ort")]
impl super::provider::Provider for CpuProvider {
    fn title(&self) -> &'static str {
        TITLE
    }

    fn ort_name(&self) -> &'static str {
        "CPUExecutionProvider"
    }

    fn capabilities(&self) -> crate::engine::Capabilities {
        // The best tile size, or within noise of it, for every model and machine measured with `multicond bench`.
        crate::engine::Capabilities {
            tile_pixels: 128,
            lanes: 1,
            most_workers: usize::MAX,
            fixed_size: false,
        }
    }

    fn register(
        &self,
        builder: ::ort::session::builder::SessionBuilder,
        _: Option<&std::path::PathBuf>,
    ) -> ::ort::Result<::ort::session::builder::SessionBuilder> {
        Ok(builder)
    }
}
