//! A frame's way to a picture.

mod frame;
mod picture;

pub use frame::Frame;
pub use picture::Picture;
