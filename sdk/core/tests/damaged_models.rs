//! A damaged model file is an error, or a model with other numbers; it never ends the process.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{ErrorKind, Generator, model::ModelFile};
use multicond_test_support::{engines, small};

#[test]
fn damage_is_an_error_or_another_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = small::write(folder.path(), &small::model());
    let whole = std::fs::read(path).unwrap();
    for engine in engines::available() {
        let mut state = 1u32;
        let mut random = |end: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % end
        };
        let mut refused = 0;
        for _ in 0..200 {
            let mut bytes = whole.clone();
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
            let Ok(file) = ModelFile::from_bytes("damaged", bytes) else {
                refused += 1;
                continue;
            };
            if let Err(error) = Generator::new(file, &engines::options(engine)) {
                let kinds = [ErrorKind::Model, ErrorKind::Engine];
                assert!(kinds.contains(&error.kind()), "{error}");
            }
        }
        assert!(refused > 0);
    }
}
