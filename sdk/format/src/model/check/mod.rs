//! What a model file must be before an engine sees a byte of it: a graph that can do nothing but compute a picture.
//!
//! 1. `schema`: every message has only the fields that a model may have: no data in other files, no functions,
//!    subgraphs or training, nothing unknown. `wire` reads the fields.
//! 2. `graph`, `tensor`: each value is made once, before it is used; constants have as many numbers as their shape says.
//! 3. `operators`: only operators of the table.
//! 4. `infer`, `shapes`, `fact`: the size of each tensor follows from constants and from the size of the inputs, and is
//!    bounded.
//! 5. `contract`: inputs, output and `concept` are what the manifest says.
//! 6. `per_pixel`, `layout`: the merge works on each pixel by itself.
//!
//! External networks, for training and evaluation, get the first four (`network`).

mod contract;
mod fact;
mod graph;
mod infer;
mod layout;
mod network;
mod operators;
mod part;
mod per_pixel;
mod schema;
mod shapes;
mod tensor;
mod wire;

pub use contract::{CONCEPT, IMAGE, number_type};
pub use network::Network;

pub(super) use contract::check as check_contract;
pub(super) use fact::{Fact, Kind};
pub(super) use graph::{Graph, ValueId};
pub(super) use part::{Checked, Reached, check_parts};
pub(super) use schema::Fault;

/// Checks the fields of a file.
pub(super) fn check_fields(file: &[u8]) -> Result<(), Fault> {
    schema::check(file)
}

/// Whether this names ONNX's own operators.
fn is_standard(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}
