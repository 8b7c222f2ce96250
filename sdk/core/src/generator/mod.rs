//! Generates pictures: a frame is checked against the model, compared with the last frame, merged in tiles, rendered and
//! written.

mod background;
mod buffers;
mod columns;
mod control;
mod finite;
mod frame;
mod generate;
mod memory;
mod options;
mod planes;
mod reuse;
mod stages;
mod statistics;
mod thread_pool;
mod tiled_merge;

pub use background::BackgroundGenerator;
pub use control::{Canceller, Progress};
pub use frame::Frame;
pub use generate::Generator;
pub use options::{Execution, Fit, Options};
pub use statistics::Statistics;
