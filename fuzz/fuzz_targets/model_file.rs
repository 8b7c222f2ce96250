//! Model files: the ONNX messages, the manifest, and whether they agree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond_format::model::ModelFile;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = ModelFile::from_bytes("fuzz.onnx", bytes.to_vec()) {
        assert_eq!(model.file_size(), bytes.len());
        assert!(!model.manifest().labels.is_empty());
    }
});
