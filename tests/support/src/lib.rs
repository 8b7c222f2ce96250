//! What the tests of every crate share: a small model, frames and label files for it, the engines of this machine, and
//! leaving out what a machine lacks.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

pub mod engines;
pub mod label_files;
pub mod require;
pub mod small;
