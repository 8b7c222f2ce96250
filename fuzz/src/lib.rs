//! What the targets share: a file of the wanted name, readers of labels, and a small model.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use multicond::{EngineOptions, Fit, Generator, Options, Threads};
use multicond_format::{files, label::Label, limits::is_size, model::ModelFile};
use multicond_test_support::small;
use tempfile::TempDir;

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Calls `read` with the path of a file of this name and content, alone in its folder.
pub fn with_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| {
            tempfile::tempdir().expect("the temporary folder can be written to")
        });
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("the temporary folder can be written to");
        read(&path);
    });
}

/// Reads `bytes` from a file of that extension as each kind of label. An error is a good answer; a panic is not.
pub fn read_labels(extension: &str, bytes: &[u8]) {
    with_file(&format!("label.{extension}"), bytes, |path| {
        let labels = [
            Label::semantics(["wall", "floor", "chair"]),
            Label::depth(),
            Label::normals(),
            Label::curvature(),
        ];
        for label in &labels {
            if let Ok(map) = files::read_label(path, label) {
                let (width, height) = map.size();
                assert!(is_size(width, height));
            }
        }
    });
}

/// The small model of the tests.
pub fn model() -> ModelFile {
    let folder = tempfile::tempdir().expect("the temporary folder can be written to");
    let path = small::write(folder.path(), &small::model());
    ModelFile::open(path).expect("the small model is a model")
}

/// A generator of the small model on ONNX Runtime.
pub fn generator() -> Generator {
    let options = Options::default()
        .with_engine(EngineOptions::named("onnxruntime"))
        .with_threads(Threads::from(1.try_into().ok()))
        .with_fit(Fit::Pad);
    Generator::new(model(), &options).expect("ONNX Runtime is installed")
}
