//! The C interface: one file for each C type, each function a thin door to the Rust one.
//!
//! `include/multicond.h` is made of this crate by `cargo xtask header`; what is documented here is what C
//! programmers read. Rules for every function are in `cbindgen.toml`, at the header's top.

#![allow(non_camel_case_types, reason = "types have their C names")]

mod boundary;
mod c_string;
mod engine;
mod generate;
mod generator;
mod image;
mod label;
mod log;
mod model;
mod status;
mod version;

pub use engine::*;
pub use generate::*;
pub use generator::*;
pub use image::*;
pub use label::*;
pub use log::*;
pub use model::*;
pub use status::*;
pub use version::*;
