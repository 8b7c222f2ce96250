//! A frame's way to a picture: checked against the model, merged in tiles, rendered.

mod columns;
mod frame;
mod memory;
mod merge;
mod options;
mod picture;
mod run;
mod tile;
mod view;

pub use frame::Frame;
pub use options::{Merge, Options};
pub use picture::Picture;
pub use run::{Generator, Timings};
