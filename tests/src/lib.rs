//! Helpers for the product tests: generators with random weights, random label maps, and the engines to run them on.

pub mod exchange;
pub mod lively;
pub mod numpy;
pub mod random;
pub mod scene;
pub mod subject;
