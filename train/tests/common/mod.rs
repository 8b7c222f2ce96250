//! Helpers for tests: small datasets of every layout, damage to files, and measurement of memory.

pub(crate) mod damage;
pub(crate) mod datasets;
pub(crate) mod memory;
