//! Arguments of every command that runs a model.

use std::{num::NonZeroUsize, path::PathBuf};

use multicond::{Device, DeviceOptions, Options};

#[derive(clap::Args)]
pub(crate) struct EngineArgs {
    /// What to run on: auto, tensorrt, cuda, cpu (ONNX Runtime; also called ort) or tract (built in).
    #[arg(long, default_value = "auto")]
    device: Device,

    /// Threads; all cores if not given.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// ONNX Runtime's library or its folder, instead of searching for it.
    #[arg(long, value_name = "PATH")]
    ort_library: Option<PathBuf>,

    /// Number of the GPU.
    #[arg(long, value_name = "N", default_value = "0", hide_short_help = true)]
    gpu: u32,

    /// Let TensorRT use half precision.
    #[arg(long, hide_short_help = true)]
    fp16: bool,

    /// Let CUDA use TensorFloat-32.
    #[arg(long, hide_short_help = true)]
    tf32: bool,

    /// Replay the GPU's work as a CUDA graph.
    #[arg(long, hide_short_help = true)]
    cuda_graph: bool,

    /// Pixels a tile of the per-pixel part.
    #[arg(long, value_name = "N", hide_short_help = true)]
    tile_pixels: Option<NonZeroUsize>,
}

impl EngineArgs {
    pub(crate) fn options(&self) -> Options {
        Options {
            device: DeviceOptions {
                ort_library: self.ort_library.clone(),
                gpu: self.gpu,
                fp16: self.fp16,
                tf32: self.tf32,
                cuda_graph: self.cuda_graph,
                ..self.device.into()
            },
            threads: self.threads,
            tile_pixels: self.tile_pixels,
            ..Options::default()
        }
    }
}
