//! Labels: what a model takes as input for every pixel, and how missing values are represented.
//!
//! Code elsewhere loops over [`Label`]s and does not depend on their names or kinds.

mod axes;
mod builtin;
mod confidence;
mod encoding;
mod map;
mod missing;
mod png_code;
mod schema;

pub use axes::Axes;
pub use confidence::{CERTAIN, confidence};
pub use encoding::Encoding;
pub use map::LabelMap;
pub use missing::{
    LEAST_MISSING, MISSING, NOTHING, canonicalise, class_or_missing, half_or_missing, mark_missing,
};
pub use png_code::{PngCode, Transfer};
pub use schema::{Label, validate_labels};
