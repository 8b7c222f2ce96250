//! The cache folder, reading whole files, and writing files atomically.

mod atomic;
mod cache;
mod read;

pub use atomic::{TEMPORARY_PREFIX, write_atomically};
pub use cache::cache_folder;
pub use read::{open_file, read_file, read_text};
