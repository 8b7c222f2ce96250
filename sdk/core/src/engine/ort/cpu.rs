//! The engine `onnxruntime`: ONNX Runtime on the CPU.

use super::open;
use crate::engine::{Device, backend::Descriptor, settings};

pub(in crate::engine) const NAME: &str = "onnxruntime";
const TITLE: &str = "ONNX Runtime";

pub(in crate::engine) static ENGINE: Descriptor = Descriptor {
    name: NAME,
    title: TITLE,
    device: Device::Cpu,
    is_automatic: true,
    requirements: "ONNX Runtime's library (`cargo xtask assets ort` installs it)",
    settings: &[],
    hopeless: || None,
    open: |request| {
        settings::check_none(NAME, request.settings)?;
        open!(request, TITLE, CpuProvider)
    },
};

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
            lanes: 1,
            ..crate::engine::Capabilities::CPU
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
