//! What a label is. Code everywhere else loops over [`Label`]s and never asks for one by name.

mod builtin;
mod encoding;
mod map;
mod png_code;
mod schema;

pub use encoding::Encoding;
pub use map::LabelMap;
pub use png_code::{PngCode, Transfer};
pub(crate) use schema::is_class;
pub use schema::{Label, LabelError, MissingValue, Values, validate_labels};
