//! What the targets for label files share.

use std::cell::RefCell;
use std::fs;

use multicond_format::files;
use multicond_format::label::Label;
use tempfile::{Builder, NamedTempFile};

thread_local! {
    static FILE: RefCell<Option<NamedTempFile>> = const { RefCell::new(None) };
}

/// Reads `bytes` from a file of that extension as each kind of label. An error is a good answer; a panic is not.
pub fn read_labels(extension: &str, bytes: &[u8]) {
    FILE.with_borrow_mut(|file| {
        let file = file.get_or_insert_with(|| {
            let mut builder = Builder::new();
            let file = builder.suffix(extension).tempfile();
            file.expect("the temporary folder can be written to")
        });
        fs::write(file.path(), bytes).expect("the temporary folder can be written to");
        let labels = [
            Label::semantics(["wall", "floor", "chair"]),
            Label::depth(),
            Label::normals(),
            Label::curvature(),
        ];
        for label in &labels {
            if let Ok(map) = files::read_label(file.path(), label) {
                let (width, height) = map.size();
                assert!((1..=files::MAX_SIDE).contains(&width));
                assert!((1..=files::MAX_SIDE).contains(&height));
            }
        }
    });
}
