//! What a label is. Code everywhere else loops over [`Label`]s and never asks for one by name, nor for its kind.

mod builtin;
mod encoding;
mod map;
mod missing;
mod png_code;
mod schema;

pub use encoding::Encoding;
pub use map::LabelMap;
pub use missing::{MISSING, canonicalise, class_or_missing, known_number, mark_missing};
pub use png_code::{PngCode, Transfer};
pub use schema::{Label, validate_labels};
