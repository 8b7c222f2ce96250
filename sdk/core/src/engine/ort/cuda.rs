//! The engine `cuda`: ONNX Runtime with CUDA on an NVIDIA GPU.

use super::open;
use crate::{
    cuda,
    engine::{Device, backend::Descriptor, settings::settings},
};

const TITLE: &str = "ONNX Runtime with CUDA";

settings! {
    /// Settings of the engine `cuda`.
    pub struct Cuda for "cuda" {
        /// Allow TensorFloat-32 in matrix products, true or false (default); changes pictures by rounding.
        pub tf32: bool,
        /// Record the GPU's work as a CUDA graph and replay it for later pictures, true or false (default).
        pub cuda_graph: bool,
        /// Limit of ONNX Runtime's GPU memory arena in bytes; no limit by default.
        pub memory_limit: Option<u64>,
    }
}

pub(in crate::engine) static ENGINE: Descriptor = Descriptor {
    name: Cuda::ENGINE,
    title: TITLE,
    device: Device::Gpu(0),
    is_automatic: true,
    requirements: "an NVIDIA GPU, CUDA, cuDNN, and an ONNX Runtime built with CUDA (PyPI: onnxruntime-gpu)",
    settings: Cuda::SETTINGS,
    hopeless: no_driver,
    open: |request| {
        open!(
            request,
            TITLE,
            CudaProvider {
                settings: Cuda::parse(request.settings)?,
                gpu: request.device.gpu_number(),
            }
        )
    },
};

/// Why no NVIDIA GPU can be used.
pub(super) fn no_driver() -> Option<String> {
    let available = cuda::available();
    available.err().map(|error| error.reason().to_owned())
}

#[cfg(feature = "ort")]
pub(super) use provider::{CudaProvider, ort_options};

#[cfg(feature = "ort")]
mod provider {
    use std::path::PathBuf;

    use ::ort::{ep::CUDA, session::builder::SessionBuilder};

    use super::{super::provider::*, Cuda, TITLE};
    use crate::{cuda::Gpu, engine::Capabilities};

    pub(in super::super) struct CudaProvider {
        pub(super) settings: Cuda,
        pub(super) gpu: u32,
    }

    impl Provider for CudaProvider {
        fn title(&self) -> &'static str {
            TITLE
        }

        fn ort_name(&self) -> &'static str {
            "CUDAExecutionProvider"
        }

        fn capabilities(&self) -> Capabilities {
            GPU_CAPABILITIES
        }

        fn resident(&self) -> Option<Gpu> {
            graph_gpu(self.settings.cuda_graph, self.gpu)
        }

        fn register(
            &self,
            builder: SessionBuilder,
            _: Option<&PathBuf>,
        ) -> ::ort::Result<SessionBuilder> {
            let mut options = ort_options(&self.settings, self.gpu);
            options.push(("enable_cuda_graph", flag(self.settings.cuda_graph)));
            Ok(builder.with_execution_providers([configured(CUDA::default(), options)])?)
        }
    }

    /// Keys of <https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html>.
    pub(in super::super) fn ort_options(settings: &Cuda, gpu: u32) -> OrtOptions {
        let mut options = vec![
            ("device_id", gpu.to_string()),
            ("use_tf32", flag(settings.tf32)),
            // The default times every algorithm in the first run of each size.
            ("cudnn_conv_algo_search", "HEURISTIC".into()),
            ("arena_extend_strategy", "kSameAsRequested".into()),
        ];
        if let Some(bytes) = settings.memory_limit {
            options.push(("gpu_mem_limit", bytes.to_string()));
        }
        options
    }
}

#[cfg(all(test, feature = "ort"))]
mod tests {
    use super::*;

    #[test]
    fn settings_become_options_of_onnx_runtime() {
        let settings = "tf32=1,memory_limit=1073741824".parse().unwrap();
        let options = ort_options(&Cuda::parse(&settings).unwrap(), 2);
        for (key, value) in [
            ("device_id", "2"),
            ("use_tf32", "1"),
            ("gpu_mem_limit", "1073741824"),
        ] {
            assert!(options.contains(&(key, value.into())), "{options:?}");
        }
        let plain = ort_options(&Cuda::default(), 0);
        assert!(plain.contains(&("use_tf32", "0".into())));
        let wrong = "fp16=1".parse().unwrap();
        let error = Cuda::parse(&wrong).unwrap_err().to_string();
        assert_eq!(
            error,
            "option `fp16`: unknown, engine `cuda` has tf32, cuda_graph, memory_limit"
        );
    }

    #[test]
    fn typed_settings_come_back() {
        let typed = Cuda {
            tf32: true,
            memory_limit: Some(5),
            ..Cuda::default()
        };
        let options = crate::engine::EngineOptions::from(typed.clone());
        assert_eq!(options.engine, "cuda");
        assert_eq!(Cuda::parse(&options.settings).unwrap(), typed);
    }
}
