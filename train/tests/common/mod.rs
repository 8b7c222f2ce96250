//! What the test of damaged data needs: small datasets of every layout, ways to damage files, and an account of memory.

pub(crate) mod damage;
pub(crate) mod datasets;
pub(crate) mod memory;
