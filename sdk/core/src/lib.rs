//! Spatially multi-conditional image generation: label maps in, pictures out.
//!
//! A model generates a picture from labels of its pixels, such as semantics, depth, surface normals, curvature, edges
//! and base colour. Any label may be missing, at some pixels or everywhere. This crate runs such models, for one frame
//! or for a stream of frames.
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
//! - [`Generator`] generates pictures. It computes only what changed since the last frame and reuses its memory: with
//!   ONNX Runtime on the CPU it allocates nothing for a frame of the same size.
//! - [`Frame`] holds the labels of one picture: [`LabelMap`](label::LabelMap)s, or [images](pixels) in your own memory
//!   in a renderer's formats.
//! - [`BackgroundGenerator`] generates on its own thread, while the application does other work.
//! - [`Options`] selects the [engine], threads and limits. [`engines`] lists the engines and says which are
//!   available on this machine.
//! - [`ModelFile`](model::ModelFile) and [`Manifest`](model::Manifest) describe a model: its labels, sizes and cost.
//!
//! Every error is an [`Error`] whose message says where, what, and what was expected, in one line.
//!
//! # Features
//! - `ort` (default): the engines of ONNX Runtime (CPU, CUDA, TensorRT), whose library is loaded at run time.
//! - `tract` (default): the engine tract, pure Rust and built in.
//! - `files` (default): reads label maps from PNG, OpenEXR and `.npy` files, and reads and writes pictures as PNG.
//!
//! Without `ort` and `tract` the crate builds, but no model can be loaded.
//!
//! # Threads
//! [`Frame`], [`Picture`] and [`ModelFile`](model::ModelFile) are `Send` and `Sync`, a [`Generator`] is `Send`. A
//! [`BackgroundGenerator`] is thread-safe.

mod cuda;
pub mod engine;
mod generator;
mod memory;
pub mod pixels;
pub mod threads;

pub use engine::{Device, Engine, EngineOptions, EngineReport, engines};
pub use generator::{
    BackgroundGenerator, Canceller, Execution, Fit, Frame, Generator, Options, Progress, Statistics,
};
#[cfg(feature = "files")]
pub use multicond_format::files;
pub use multicond_format::{
    Error, ErrorKind, Picture, Result, Size, limits, storage::cache_folder,
};
pub use ndarray;
pub use threads::Threads;

/// Labels: what a model takes as input for every pixel.
pub mod label {
    pub use multicond_format::label::{
        Axes, Encoding, Label, LabelMap, MISSING, PngCode, Transfer,
    };
}

/// The model file: an ordinary ONNX file with a manifest in its metadata.
pub mod model {
    pub use multicond_format::model::{FixedShape, Manifest, ModelFile, MultiplyAdds, Training};
}

/// The error types, for the modules of this crate.
pub(crate) mod error {
    pub(crate) use multicond_format::{Error, ErrorKind, Result, with_causes};
}

/// The example in the README compiles.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
