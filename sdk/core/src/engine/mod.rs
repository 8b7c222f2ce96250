//! Engines, which run a model's graph.
//!
//! | name | engine | device |
//! |---|---|---|
//! | `tensorrt` | ONNX Runtime with TensorRT | GPU |
//! | `cuda` | ONNX Runtime with CUDA | GPU |
//! | `onnxruntime` | ONNX Runtime | CPU |
//! | `tract` | tract, built in | CPU |
//!
//! The name `auto` selects the first of `cuda`, `onnxruntime` and `tract` that is available. `tensorrt` is never chosen
//! automatically, because it can take minutes to prepare a model.
//!
//! # The library of ONNX Runtime
//! It is loaded at run time, from the file or folder in [`EngineOptions::ort_library`], else in the environment variable
//! `MULTICOND_ORT`. If one of them is set, nothing else is tried. Otherwise the first usable library is loaded from these
//! places:
//!
//! 1. the folder of the shared library that contains this crate, and `../lib` beside that folder,
//! 2. the same for the program,
//! 3. the file named by the environment variable `ORT_DYLIB_PATH`,
//! 4. [`cache_folder`](crate::cache_folder), and its folders `onnxruntime-VERSION`, newest first,
//! 5. the system's library folders (not on Windows).
//!
//! A library found there is loaded only if other users cannot replace it: it and its folder belong to the user of the
//! process or to root, and not every user can write to them.
//!
//! A process loads one library and keeps it; a request for another one fails.

mod backend;
mod device;
mod external;
#[cfg(any(feature = "ort", feature = "tract"))]
mod failure;
mod options;
mod ort;
mod report;
mod select;
mod settings;
mod tensor;
mod tract;

pub use device::Device;
pub use external::ExternalNetwork;
pub use options::EngineOptions;
pub use ort::{cuda::Cuda, tensorrt::TensorRt};
pub use report::{EngineReport, engines};
pub use select::{Engine, Rejection};
pub use settings::{Setting, Settings};

pub(crate) use backend::{Backend, Capabilities, Session, Shape, Stop};
pub(crate) use tensor::{Data, DataMut, Tensor};

use backend::Descriptor;

/// Every engine, best first. `auto` takes the first automatic one that is available. Code outside this module does not
/// depend on which engine runs.
static ENGINES: &[&Descriptor] = &[
    &ort::tensorrt::ENGINE,
    &ort::cuda::ENGINE,
    &ort::cpu::ENGINE,
    &tract::ENGINE,
];

/// Why an engine is not available whose cargo feature is off.
#[cfg(not(all(feature = "ort", feature = "tract")))]
const NOT_BUILT_IN: &str = "this multicond was built without it";
