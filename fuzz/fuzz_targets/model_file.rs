//! Model files: the ONNX messages, the manifest, whether they agree, and whether the graph does nothing but paint. A
//! model that passes is loaded and makes a picture.

#![no_main]

use libfuzzer_sys::fuzz_target;
use multicond::{EngineOptions, Fit, Frame, Generator, Options, Picture, Threads};
use multicond_format::model::ModelFile;

/// A model that claims more is none of the small ones that it was made from.
const MEMORY: u64 = 256 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = ModelFile::from_bytes("fuzz.onnx", bytes.to_vec()) else {
        return;
    };
    assert_eq!(model.file_size(), bytes.len());
    assert!(!model.manifest().labels.is_empty());
    let options = Options::default()
        .with_engine(EngineOptions::named("onnxruntime"))
        .with_threads(Threads::from(1.try_into().ok()))
        .with_memory_limit(Some(MEMORY))
        .with_fit(Fit::Pad);
    if let Ok(mut generator) = Generator::new(model, &options) {
        let mut picture = Picture::default();
        if generator.generate(&Frame::new(8, 4), &mut picture).is_ok() {
            assert_eq!(picture.size(), (8, 4));
        }
    }
});
