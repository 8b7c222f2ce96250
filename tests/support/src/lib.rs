//! Helpers for the tests of all crates: a small model with frames and label files, the engines of this machine, and
//! skipping of tests whose requirements are missing.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

pub mod engines;
pub mod hostile;
pub mod label_files;
pub mod require;
pub mod small;
