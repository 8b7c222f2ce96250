//! The shapes of a graph's inputs say whether a model is for pictures of one size only, whatever wrote the file.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{
    Generator, Picture, Size,
    model::{FixedShape, ModelFile},
};
use multicond_format::model::proto::{Dimension, ModelProto};
use multicond_test_support::{
    engines::{available, options},
    small::{frame, model, write},
};

/// The small model with these sides of `[batch, height, width]` fixed in some inputs.
fn with_sides(sides: [i64; 3], is_changed: impl Fn(usize) -> bool) -> ModelProto {
    let mut model = model();
    let inputs = model.graph.as_mut().unwrap().input.iter_mut().enumerate();
    for (_, input) in inputs.filter(|(index, _)| is_changed(*index)) {
        let tensor = input.r#type.as_mut().unwrap().tensor_type.as_mut().unwrap();
        let dims = &mut tensor.shape.as_mut().unwrap().dim;
        for (index, side) in [0, 2, 3].into_iter().zip(sides) {
            dims[index].value = Some(Dimension::Fixed(side));
        }
    }
    model
}

fn opened(model: &ModelProto) -> multicond::Result<Option<FixedShape>> {
    let folder = tempfile::tempdir().unwrap();
    let file = ModelFile::open(write(folder.path(), model))?;
    Ok(file.manifest().fixed)
}

#[test]
fn a_model_for_one_size_generates_that_size() {
    let folder = tempfile::tempdir().unwrap();
    let model = with_sides([1, 8, 16], |_| true);
    let size = Size::new(16, 8);
    let path = write(folder.path(), &model);
    for engine in available() {
        let mut generator = Generator::open(&path, &options(engine)).unwrap();
        assert_eq!(generator.manifest().best_size(), size);
        let mut picture = Picture::default();
        generator.generate(&frame(16, 8), &mut picture).unwrap();
        let error = generator
            .generate(&frame(16, 16), &mut picture)
            .unwrap_err();
        assert!(error.to_string().ends_with("for 16x8 only"), "{error}");
    }
}

#[test]
fn shapes_are_checked() {
    assert_eq!(opened(&model()).unwrap(), None);
    for (sides, is_changed, reason) in [
        (
            [1, 8, 16],
            1,
            "inputs `semantics` and `depth` differ in batch, height or width",
        ),
        (
            [1, 6, 16],
            4,
            "16x6 pixels, but this model makes multiples of 4",
        ),
        ([1, 0, 16], 4, "16x0 pixels"),
        ([1, 1 << 40, 16], 4, "up to 16384"),
        ([0, 8, 16], 4, "0 pictures per run"),
        ([1 << 40, 8, 16], 4, "expected 1 to 1024"),
    ] {
        let model = with_sides(sides, |index| index < is_changed);
        let error = opened(&model).unwrap_err().to_string();
        assert!(error.contains(reason), "{sides:?}: {error}");
    }
}
