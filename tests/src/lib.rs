//! What the whole-product tests share: generators with lively weights, label maps to feed them, and the
//! engines to run them on.

pub mod lively;
pub mod numpy;
pub mod random;
pub mod scene;
pub mod subject;
