//! Which of ONNX Runtime's execution providers a session runs on, and how that one is set up.

use std::path::PathBuf;

use ::ort::{
    ep::{ArbitrarilyConfigurableExecutionProvider, CUDA, TensorRT},
    session::builder::SessionBuilder,
};

use crate::cuda::Place;

/// An execution provider.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Provider {
    Cpu,
    Cuda(Gpu),
    TensorRt(Gpu),
}

/// How a provider uses its GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Gpu {
    /// CUDA's number of the GPU.
    pub(in crate::engine) id: u32,
    /// Half precision where TensorRT finds it faster.
    pub(in crate::engine) fp16: bool,
    /// TensorFloat-32 in CUDA's products.
    pub(in crate::engine) tf32: bool,
    /// The work of a run as a CUDA graph.
    pub(in crate::engine) cuda_graph: bool,
    /// Bytes of the CUDA arena, at most.
    pub(in crate::engine) memory_limit: Option<u64>,
    /// Where TensorRT keeps what it built for one model.
    pub(in crate::engine) engine_cache: Option<PathBuf>,
}

type Settings = Vec<(&'static str, String)>;

impl Provider {
    /// ONNX Runtime's name for it.
    pub(in crate::engine) fn name(&self) -> &'static str {
        match self {
            Self::Cpu => "CPUExecutionProvider",
            Self::Cuda(_) => "CUDAExecutionProvider",
            Self::TensorRt(_) => "TensorrtExecutionProvider",
        }
    }

    /// The engine's name, for people.
    pub(in crate::engine) fn title(&self) -> &'static str {
        match self {
            Self::Cpu => "ONNX Runtime",
            Self::Cuda(_) => "ONNX Runtime with CUDA",
            Self::TensorRt(_) => "ONNX Runtime with TensorRT",
        }
    }

    /// Where a session's tensors have to stay from run to run; anywhere on the host if not given.
    pub(super) fn resident(&self) -> Option<Place> {
        let (Self::Cuda(gpu) | Self::TensorRt(gpu)) = self else {
            return None;
        };
        gpu.cuda_graph.then_some(Place {
            device: gpu.id,
            stream: 0,
        })
    }

    /// Puts the provider into a session that is being made. One that cannot be had is an error: left to
    /// itself ONNX Runtime would go on with the CPU.
    pub(super) fn register(&self, builder: SessionBuilder) -> ::ort::Result<SessionBuilder> {
        let providers = match self {
            Self::Cpu => return Ok(builder),
            Self::Cuda(gpu) => {
                let mut settings = gpu.cuda();
                settings.push(("enable_cuda_graph", flag(gpu.cuda_graph)));
                vec![configured(CUDA::default(), settings)]
            }
            // What TensorRT does not take runs on CUDA.
            Self::TensorRt(gpu) => vec![
                configured(TensorRT::default(), gpu.tensor_rt()),
                configured(CUDA::default(), gpu.cuda()),
            ],
        };
        Ok(builder.with_execution_providers(providers)?)
    }
}

fn configured<P>(provider: P, settings: Settings) -> ::ort::ep::ExecutionProviderDispatch
where
    P: ArbitrarilyConfigurableExecutionProvider + Into<::ort::ep::ExecutionProviderDispatch>,
{
    let set = |provider: P, (key, value)| provider.with_arbitrary_config(key, value);
    let provider: ::ort::ep::ExecutionProviderDispatch =
        settings.into_iter().fold(provider, set).into();
    provider.error_on_failure()
}

impl Gpu {
    /// Keys of <https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html>.
    fn cuda(&self) -> Settings {
        let mut settings = vec![
            ("device_id", self.id.to_string()),
            ("use_tf32", flag(self.tf32)),
            // The default tries every algorithm during the first run of each size.
            ("cudnn_conv_algo_search", "HEURISTIC".into()),
            ("arena_extend_strategy", "kSameAsRequested".into()),
        ];
        if let Some(bytes) = self.memory_limit {
            settings.push(("gpu_mem_limit", bytes.to_string()));
        }
        settings
    }

    /// Keys of <https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html>.
    fn tensor_rt(&self) -> Settings {
        let mut settings = vec![
            ("device_id", self.id.to_string()),
            ("trt_fp16_enable", flag(self.fp16)),
            ("trt_cuda_graph_enable", flag(self.cuda_graph)),
        ];
        if let Some(folder) = &self.engine_cache {
            let folder = folder.display().to_string();
            settings.extend([
                ("trt_engine_cache_enable", flag(true)),
                ("trt_engine_cache_path", folder.clone()),
                ("trt_timing_cache_enable", flag(true)),
                ("trt_timing_cache_path", folder),
            ]);
        }
        settings
    }
}

fn flag(on: bool) -> String {
    if on { "1" } else { "0" }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_settings() {
        let gpu = Gpu {
            id: 2,
            fp16: true,
            tf32: true,
            cuda_graph: true,
            memory_limit: Some(1 << 30),
            engine_cache: Some("/cache/engines/abc".into()),
        };
        let cuda = gpu.cuda();
        for expected in [
            ("device_id", "2"),
            ("use_tf32", "1"),
            ("gpu_mem_limit", "1073741824"),
        ] {
            assert!(cuda.contains(&(expected.0, expected.1.into())), "{cuda:?}");
        }
        let tensor_rt = gpu.tensor_rt();
        for expected in [
            ("device_id", "2"),
            ("trt_fp16_enable", "1"),
            ("trt_cuda_graph_enable", "1"),
            ("trt_engine_cache_path", "/cache/engines/abc"),
            ("trt_timing_cache_enable", "1"),
        ] {
            assert!(
                tensor_rt.contains(&(expected.0, expected.1.into())),
                "{tensor_rt:?}"
            );
        }
        let plain = Gpu::default();
        assert!(plain.cuda().contains(&("use_tf32", "0".into())));
        assert!(
            !plain
                .tensor_rt()
                .iter()
                .any(|(key, _)| key.starts_with("trt_engine"))
        );
    }
}
