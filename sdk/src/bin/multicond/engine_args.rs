//! Arguments of every command that runs a model.

use std::{num::NonZeroUsize, path::PathBuf};

use multicond::{Device, Options};

#[derive(clap::Args)]
pub(crate) struct EngineArgs {
    /// What to run on: auto, ort (ONNX Runtime) or tract (built in).
    #[arg(long, default_value = "auto")]
    device: Device,

    /// Threads; all cores if not given.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// ONNX Runtime's library or its folder, instead of searching for it.
    #[arg(long, value_name = "PATH")]
    ort_library: Option<PathBuf>,

    /// Pixels a tile of the per-pixel part.
    #[arg(long, value_name = "N", hide_short_help = true)]
    tile_pixels: Option<NonZeroUsize>,
}

impl EngineArgs {
    pub(crate) fn options(&self) -> Options {
        Options {
            device: self.device,
            threads: self.threads,
            ort_library: self.ort_library.clone(),
            tile_pixels: self.tile_pixels,
            ..Options::default()
        }
    }
}
