//! The cache folder, and writing files atomically.

mod atomic;
mod cache;

pub use atomic::{TEMPORARY_PREFIX, write_atomically};
pub use cache::cache_folder;
