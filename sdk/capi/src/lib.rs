//! The C interface: one file per C type; every function checks its arguments and calls the Rust interface.
//!
//! `cargo xtask header` generates `include/multicond.h` from this crate, so the documentation here is for C
//! programmers. The rules that hold for all functions are in `cbindgen.toml`.

#![allow(non_camel_case_types, reason = "types have their C names")]

mod boundary;
mod c_string;
mod confidence;
mod engine;
mod generate;
mod generator;
mod image;
mod label;
mod log;
mod model;
mod status;
mod version;

pub use confidence::*;
pub use engine::*;
pub use generate::*;
pub use generator::*;
pub use image::*;
pub use label::*;
pub use log::*;
pub use model::*;
pub use status::*;
pub use version::*;
