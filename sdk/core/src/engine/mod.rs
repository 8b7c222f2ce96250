//! What runs a model's graph. Engines are interchangeable: nothing outside this module knows which one
//! runs, except to say so.
//!
//! An engine is one entry of [`ENGINES`]: its file has everything that is known about it.

mod backend;
mod device;
mod external;
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
pub use ort::{Cuda, TensorRt};
pub use report::{EngineReport, engines};
pub use select::{Engine, Rejection};
pub use settings::{Setting, Settings};

pub(crate) use backend::{Backend, Capabilities, Session, Shape, Stop};
pub(crate) use tensor::{Data, DataMut, Tensor};

use backend::Descriptor;

/// Every engine, best first. `auto` takes the first automatic one that is available.
static ENGINES: &[&dyn Descriptor] = &[
    &ort::TensorRtEngine,
    &ort::CudaEngine,
    &ort::CpuEngine,
    &tract::TractEngine,
];

/// What an engine says whose cargo feature is off.
#[cfg(not(all(feature = "ort", feature = "tract")))]
const NOT_BUILT_IN: &str = "this multicond was built without it";
