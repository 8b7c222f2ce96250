//! Spatially multi-conditional image generation: label maps in, pictures out.
//!
//! A model turns whatever is known about a picture pixel by pixel - semantics, depth, surface normals, curvature,
//! edges, base colour, dense or with holes - into the picture. This crate runs such models, frame after frame.
//!
//! ```no_run
//! use multicond::{Frame, Generator, Options, Picture, files};
//!
//! let mut generator = Generator::open("rooms.onnx", &Options::default())?;
//! let depth = generator.manifest().label("depth")?.clone();
//!
//! let mut frame = Frame::new(256, 256);
//! frame.set("depth", files::read_label("depth.exr", &depth)?)?;
//!
//! let mut picture = Picture::default();
//! generator.generate(&frame, &mut picture)?;
//! files::write_png("picture.png", &picture)?;
//! # Ok::<(), multicond::Error>(())
//! ```
//!
//! # Where to start
//! - [`Generator`] makes pictures. It computes only what changed since the last frame and allocates nothing per frame.
//! - [`Frame`] holds what is known about one picture: [`LabelMap`](label::LabelMap)s, or [images](pixels) in your own
//!   memory in a renderer's formats.
//! - [`BackgroundGenerator`] works on a thread of its own, for applications that go on meanwhile.
//! - [`Options`] chooses the [engine](engine), threads and limits. [`engines`] tells what this machine has.
//! - [`ModelFile`](model::ModelFile) and [`Manifest`](model::Manifest) say what a model takes.
//!
//! Every error is an [`Error`] whose message says where, what, and what was expected, in one line.
//!
//! # Features
//! - `ort` (default): the engine ONNX Runtime, whose library is loaded at run time, with CUDA and TensorRT.
//! - `tract` (default): the engine tract, pure Rust and built in.
//! - `files` (default): label maps and pictures as PNG, OpenEXR and `.npy` files.
//!
//! Without an engine the crate builds, and every model is refused.
//!
//! # Threads
//! [`Frame`], [`Picture`] and [`ModelFile`](model::ModelFile) can be sent to and shared between threads, a
//! [`Generator`] can be sent. A [`BackgroundGenerator`] may be used by any number of threads.

mod cuda;
pub mod engine;
mod generator;
pub mod pixels;
pub mod threads;

pub use engine::{Device, Engine, EngineOptions, EngineReport, engines};
pub use generator::{
    BackgroundGenerator, Canceller, Execution, Fit, Frame, Generator, Options, Progress, Statistics,
};
#[cfg(feature = "files")]
pub use multicond_format::files;
pub use multicond_format::{
    Error, ErrorKind, Picture, Result, Size, label, limits, storage::cache_folder,
};
pub use ndarray;
pub use threads::Threads;

/// The model file: ordinary ONNX with a manifest in its metadata.
pub mod model {
    pub use multicond_format::model::{Manifest, ModelFile, MultiplyAdds, Training};
}

/// The error under the name that modules here use.
pub(crate) mod error {
    pub(crate) use multicond_format::{Error, ErrorKind, Result, with_causes};
}
