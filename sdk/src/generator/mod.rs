//! A frame's way to a picture: checked against the model, compared with the last frame, merged in tiles,
//! rendered, written.

mod background;
mod canvas;
mod columns;
mod control;
mod crew;
mod estimate;
mod frame;
mod memory;
mod merge;
mod options;
mod picture;
mod planes;
mod run;
mod stages;
mod statistics;
mod work;

pub use background::Background;
pub use control::{Canceller, Progress};
pub use frame::Frame;
pub use options::{Fit, Merge, Options};
pub use picture::Picture;
pub use run::Generator;
pub use statistics::Statistics;
