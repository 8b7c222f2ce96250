//! Object indices, read like a label: 16-bit PNG, 0 for no object.

use std::sync::LazyLock;

use multicond::label::{Label, LabelMap, PngCode};
use ndarray::Array2;

/// Object indices as a label.
pub(super) static LABEL: LazyLock<Label> = LazyLock::new(|| {
    Label::categorical("instances", vec![String::new(); 65_535])
        .with_missing_class(-1)
        .with_presence(false)
        .with_png(PngCode::linear(16, 0.0, 1.0))
});

/// The ids of a categorical map.
pub(super) fn ids(map: LabelMap) -> Array2<i32> {
    match map {
        LabelMap::Classes(ids) => ids,
        LabelMap::Values(_) => unreachable!("read with a categorical label"),
    }
}
