//! Where multicond's own files are, and how files are written.

mod atomic;
mod cache;

pub use atomic::{TEMPORARY_PREFIX, write_atomically};
pub use cache::cache_folder;
