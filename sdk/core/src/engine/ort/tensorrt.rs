//! The engine `tensorrt`: ONNX Runtime with TensorRT on an NVIDIA GPU. TensorRT builds an engine for each picture size
//! and caches it. That can take minutes, so `auto` never selects it.

use std::path::PathBuf;

use super::{cuda::no_driver, open};
use crate::engine::{Device, backend::Descriptor, settings::settings};

const TITLE: &str = "ONNX Runtime with TensorRT";

settings! {
    /// Settings of the engine `tensorrt`.
    pub struct TensorRt for "tensorrt" {
        /// Allow half precision where it is faster, true or false (default); changes pictures by rounding.
        pub fp16: bool,
        /// Record the GPU's work as a CUDA graph and replay it for later pictures, true or false (default).
        pub cuda_graph: bool,
        /// Folder in which TensorRT's engines are cached; `engines` in multicond's cache folder by default.
        pub cache: Option<PathBuf>,
    }
}

pub(in crate::engine) static ENGINE: Descriptor = Descriptor {
    name: TensorRt::ENGINE,
    title: TITLE,
    device: Device::Gpu(0),
    is_automatic: false,
    requirements: "TensorRT, and everything that the engine `cuda` needs",
    settings: TensorRt::SETTINGS,
    hopeless: no_driver,
    open: |request| {
        open!(
            request,
            TITLE,
            provider::TensorRtProvider {
                settings: TensorRt::parse(request.settings)?,
                gpu: request.device.gpu_number(),
            }
        )
    },
};

#[cfg(feature = "ort")]
mod provider {
    use std::path::PathBuf;

    use ::ort::{
        ep::{CUDA, TensorRT},
        session::builder::SessionBuilder,
    };
    use sha2::{Digest, Sha256};

    use super::{
        super::{
            cuda::{Cuda, ort_options as cuda_options},
            provider::*,
            trust::private_folder,
        },
        TITLE, TensorRt,
    };
    use crate::{
        cache_folder,
        cuda::{self, Gpu},
        engine::Capabilities,
        error::Result,
    };

    pub(super) struct TensorRtProvider {
        pub(super) settings: TensorRt,
        pub(super) gpu: u32,
    }

    impl Provider for TensorRtProvider {
        fn title(&self) -> &'static str {
            TITLE
        }

        fn ort_name(&self) -> &'static str {
            "TensorrtExecutionProvider"
        }

        fn capabilities(&self) -> Capabilities {
            GPU_CAPABILITIES
        }

        fn resident(&self) -> Option<Gpu> {
            graph_gpu(self.settings.cuda_graph, self.gpu)
        }

        /// One folder per model, GPU, version of ONNX Runtime, and precision.
        fn model_cache(&self, model: &[u8], ort_version: &str) -> Result<Option<PathBuf>> {
            let usual = || cache_folder().map(|cache| cache.join("engines"));
            let Some(caches) = self.settings.cache.clone().or_else(usual) else {
                return Ok(None);
            };
            let gpu = cuda::device_name(self.gpu).unwrap_or_else(|_| format!("gpu{}", self.gpu));
            let folder = caches.join(cache_key(model, &gpu, ort_version, self.settings.fp16));
            private_folder(&folder)?;
            let is_new = folder
                .read_dir()
                .is_ok_and(|mut files| files.next().is_none());
            if is_new {
                tracing::warn!(
                    "TensorRT is building an engine for {gpu}, which can take minutes; it is cached in {}",
                    folder.display()
                );
            }
            Ok(Some(folder))
        }

        fn register(
            &self,
            builder: SessionBuilder,
            model_cache: Option<&PathBuf>,
        ) -> ::ort::Result<SessionBuilder> {
            let options = ort_options(&self.settings, self.gpu, model_cache);
            // CUDA runs what TensorRT does not support.
            let cuda = cuda_options(&Cuda::default(), self.gpu);
            Ok(builder.with_execution_providers([
                configured(TensorRT::default(), options),
                configured(CUDA::default(), cuda),
            ])?)
        }
    }

    /// Keys of <https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html>.
    pub(super) fn ort_options(
        settings: &TensorRt,
        gpu: u32,
        model_cache: Option<&PathBuf>,
    ) -> OrtOptions {
        let mut options = vec![
            ("device_id", gpu.to_string()),
            ("trt_fp16_enable", flag(settings.fp16)),
            ("trt_cuda_graph_enable", flag(settings.cuda_graph)),
        ];
        if let Some(folder) = model_cache {
            let folder = folder.display().to_string();
            options.extend([
                ("trt_engine_cache_enable", flag(true)),
                ("trt_engine_cache_path", folder.clone()),
                ("trt_timing_cache_enable", flag(true)),
                ("trt_timing_cache_path", folder),
            ]);
        }
        options
    }

    /// The name of the folder for a model's TensorRT engines.
    pub(super) fn cache_key(model: &[u8], gpu: &str, version: &str, fp16: bool) -> String {
        let digest = Sha256::digest(model);
        let hash: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let gpu: String = gpu.chars().map(plain).collect();
        let precision = if fp16 { "fp16" } else { "fp32" };
        format!("{hash}-{gpu}-ort{version}-{precision}")
    }
}

#[cfg(all(test, feature = "ort"))]
mod tests {
    use super::{
        provider::{cache_key, ort_options},
        *,
    };

    #[test]
    fn settings_become_options_of_onnx_runtime() {
        let settings = "fp16=true,cuda_graph=1".parse().unwrap();
        let settings = TensorRt::parse(&settings).unwrap();
        let folder = PathBuf::from("/cache/engines/abc");
        let options = ort_options(&settings, 2, Some(&folder));
        for (key, value) in [
            ("device_id", "2"),
            ("trt_fp16_enable", "1"),
            ("trt_cuda_graph_enable", "1"),
            ("trt_engine_cache_path", "/cache/engines/abc"),
            ("trt_timing_cache_enable", "1"),
        ] {
            assert!(options.contains(&(key, value.into())), "{options:?}");
        }
        let plain = ort_options(&TensorRt::default(), 0, None);
        assert!(!plain.iter().any(|(key, _)| key.starts_with("trt_engine")));
    }

    #[test]
    fn what_it_builds_is_kept_by_model_gpu_version_and_precision() {
        let key = cache_key(b"model", "NVIDIA H100 80GB", "1.31.1", true);
        assert_eq!(key, "9372c470eeadd5ec-NVIDIA-H100-80GB-ort1.31.1-fp16");
        for other in [
            cache_key(b"other", "NVIDIA H100 80GB", "1.31.1", true),
            cache_key(b"model", "NVIDIA L4", "1.31.1", true),
            cache_key(b"model", "NVIDIA H100 80GB", "1.30.0", true),
            cache_key(b"model", "NVIDIA H100 80GB", "1.31.1", false),
        ] {
            assert_ne!(key, other);
        }
    }
}
