//! Arguments of every command that runs a model.

use std::{num::NonZeroUsize, path::PathBuf};

use multicond::{
    Device, Engine, EngineOptions, Options, Threads, engine::Rejection, engine::Settings,
};
use serde::Serialize;

#[derive(clap::Args)]
pub(crate) struct EngineArgs {
    /// Engine; `multicond engines` lists them
    #[arg(long, value_name = "NAME", default_value = "auto")]
    engine: String,

    /// Device: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    device: Device,

    /// Number of threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// ONNX Runtime's library or its folder [default: search for it]
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    ort_library: Option<PathBuf>,

    /// Setting of the engine, for example tf32=true; may be repeated
    #[arg(
        long = "engine-setting",
        value_name = "NAME=VALUE",
        hide_short_help = true
    )]
    settings: Vec<Settings>,

    /// Pixels per tile of the per-pixel part of the model [default: depends on the engine]
    #[arg(long, value_name = "N", hide_short_help = true)]
    tile_pixels: Option<NonZeroUsize>,
}

impl EngineArgs {
    pub(crate) fn options(&self) -> Options {
        let mut engine = EngineOptions::named(&self.engine)
            .with_device(self.device)
            .with_ort_library(self.ort_library.clone());
        for settings in &self.settings {
            engine.settings.extend(settings.clone());
        }
        Options::default()
            .with_engine(engine)
            .with_threads(Threads::from(self.threads))
            .with_tile_pixels(self.tile_pixels)
    }
}

/// The engine that ran, as JSON.
#[derive(Serialize)]
pub(crate) struct EngineUsed {
    engine: &'static str,
    engine_version: String,
    device: String,
    /// Preferred engines that are not available.
    rejected: Vec<Rejection>,
}

impl From<&Engine> for EngineUsed {
    fn from(engine: &Engine) -> Self {
        Self {
            engine: engine.name(),
            engine_version: engine.version().into(),
            device: engine.device().to_string(),
            rejected: engine.rejections().to_vec(),
        }
    }
}
