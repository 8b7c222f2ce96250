//! Pictures are the same however they are made: in tiles or at once, cut or not, by either engine.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use multicond::{
    ErrorKind, Execution, Frame, Generator, Options, Picture, Threads, label::LabelMap,
};
use multicond_format::model::proto::{AttributeProto, AttributeType, ModelProto, NodeProto};
use multicond_test_support::{
    engines::{available, has_onnxruntime, options},
    small::{CHANNELS, frame, model, write},
};
use ndarray::{Array2, Array3, ArrayView3, Axis};

fn generate(options: &Options, frame: &Frame) -> Picture {
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Generator::open(write(folder.path(), &model()), options).unwrap();
    let mut picture = Picture::default();
    generator.generate(frame, &mut picture).unwrap();
    picture
}

fn concept(options: &Options, frame: &Frame) -> Array3<f32> {
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Generator::open(write(folder.path(), &model()), options).unwrap();
    generator.concept(frame).unwrap().to_owned()
}

#[track_caller]
fn assert_close(one: ArrayView3<'_, f32>, other: ArrayView3<'_, f32>, most: f32) {
    let pairs = one.iter().zip(other);
    let worst = pairs
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst: f32, d| {
            assert!(d.is_finite());
            worst.max(d)
        });
    assert!(worst <= most, "differ by {worst}");
}

#[test]
fn tiles_change_nothing() {
    let frame = frame(20, 12);
    for engine in available() {
        let tiled = generate(&options(engine), &frame);
        let spread = tiled
            .values()
            .iter()
            .copied()
            .fold((1f32, 0f32), |(low, high), v| (low.min(v), high.max(v)));
        assert!(
            spread.1 - spread.0 > 0.1,
            "a picture with something in it: {spread:?}"
        );
        let one_tile = options(engine).with_tile_pixels((20 * 12).try_into().ok());
        let whole_model = options(engine).with_execution(Execution::Whole);
        for options in [&one_tile, &whole_model] {
            let whole = generate(options, &frame);
            assert_close(tiled.values(), whole.values(), 1e-6);
        }
        let tiled = concept(&options(engine), &frame);
        let whole = concept(&one_tile, &frame);
        assert_eq!(tiled.dim(), (CHANNELS, 12, 20));
        assert_close(tiled.view(), whole.view(), 1e-6);
    }
}

/// The model with a merge that has no weights, reads one label and leaves the others.
fn weightless() -> ModelProto {
    let mut model = model();
    let graph = model.graph.as_mut().unwrap();
    let is_concept = |node: &NodeProto| node.output == ["concept"];
    let concept = graph.node.iter().position(is_concept).unwrap();
    let mut nodes = graph.node.split_off(concept);
    nodes[0].op_type = "Concat".into();
    nodes[0].input = vec!["normals".into(); 4];
    nodes[0].attribute = vec![AttributeProto {
        name: "axis".into(),
        i: Some(1),
        r#type: AttributeType::Int as i32,
        ..AttributeProto::default()
    }];
    let is_read = |name: &String| nodes.iter().any(|node| node.input.contains(name));
    graph.initializer.retain(|weight| is_read(&weight.name));
    graph.node = nodes;
    model
}

#[test]
fn a_merge_may_have_no_weights() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &weightless());
    let normals = Array3::from_shape_fn((3, 12, 20), |(c, y, x)| 1.0 + (c * 7 + x * y) as f32);
    let mut frame = Frame::new(20, 12);
    let map = LabelMap::Values(normals.clone());
    frame.set("normals", map).unwrap();
    for engine in available() {
        let pictures = [Execution::Tiled, Execution::Whole].map(|execution| {
            let options = options(engine).with_execution(execution);
            let mut generator = Generator::open(&path, &options).unwrap();
            if execution != Execution::Whole {
                let concept = generator.concept(&frame).unwrap();
                for (plane, found) in concept.outer_iter().enumerate() {
                    assert_eq!(found, normals.index_axis(Axis(0), plane % 3));
                }
            }
            let mut picture = Picture::default();
            generator.generate(&frame, &mut picture).unwrap();
            picture
        });
        for other in &pictures[1..] {
            assert_close(pictures[0].values(), other.values(), 1e-6);
        }
    }
}

#[test]
fn tile_size_and_threads_change_nothing() {
    let frame = frame(8, 8);
    for engine in available() {
        let reference = generate(&options(engine), &frame);
        for (pixels, threads) in [(1, 1), (64, 3), (1000, 2)] {
            let options = options(engine)
                .with_threads(Threads::from(threads.try_into().ok()))
                .with_tile_pixels(pixels.try_into().ok());
            assert_close(
                generate(&options, &frame).values(),
                reference.values(),
                1e-6,
            );
        }
    }
}

#[test]
fn engines_agree() {
    if !has_onnxruntime() || available().len() < 2 {
        return;
    }
    let frame = frame(20, 12);
    let ort = generate(&options("onnxruntime"), &frame);
    let tract = generate(&options("tract"), &frame);
    assert_close(ort.values(), tract.values(), 1e-5);
}

/// One generator makes pictures of any sizes, and nothing of an earlier frame is left in a later one.
#[test]
fn frames_do_not_leak_into_each_other() {
    for engine in available() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), &model());
        let mut generator = Generator::open(path, &options(engine)).unwrap();
        let mut picture = Picture::default();
        for (width, height) in [(20, 12), (4, 4), (16, 16), (20, 12)] {
            let full = frame(width, height);
            let empty = Frame::new(width, height);
            for frame in [&full, &empty] {
                generator.generate(frame, &mut picture).unwrap();
                assert_eq!(
                    picture,
                    generate(&options(engine), frame),
                    "{width}x{height}"
                );
            }
        }
        let statistics = generator.statistics();
        assert!(statistics.total >= statistics.merge + statistics.render);
    }
}

/// Ids that no class has, and maps in an unusual memory order, are legal.
#[test]
fn odd_maps_are_fine() {
    for engine in available() {
        let mut odd = Frame::new(8, 4);
        let mut plain = Frame::new(8, 4);
        let ids = Array2::from_shape_fn((8, 4), |(x, y)| [0, 1, 2, -5, 77, 255][(x * y) % 6]);
        let ids = ids.reversed_axes();
        odd.set("semantics", LabelMap::Classes(ids.clone()))
            .unwrap();
        let known = ids.mapv(|id| if (0..3).contains(&id) { id } else { 255 });
        plain.set("semantics", LabelMap::Classes(known)).unwrap();
        let made = [&odd, &plain].map(|frame| generate(&options(engine), frame));
        assert_eq!(made[0], made[1]);
    }
}

#[test]
fn frames_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let Some(&engine) = available().first() else {
        return;
    };
    let mut generator = Generator::open(path, &options(engine)).unwrap();
    let mut picture = Picture::new(2, 2);
    let mut refuse = |frame: &Frame| {
        let error = generator.generate(frame, &mut picture).unwrap_err();
        assert_eq!(picture.size(), (2, 2));
        error
    };
    let depth = |channels| LabelMap::Values(Array3::zeros((channels, 4, 4)));
    let frame = |name: &str, map| {
        let mut frame = Frame::new(4, 4);
        frame.set(name, map).unwrap();
        frame
    };
    let error = refuse(&Frame::new(6, 4));
    assert_eq!(error.kind(), ErrorKind::Size);
    assert!(error.reason().starts_with("6x4 pixels"), "{error}");
    assert_eq!(refuse(&Frame::new(0, 0)).kind(), ErrorKind::Size);
    let error = refuse(&frame("colour", depth(1))).to_string();
    assert_eq!(
        error,
        "label `colour`: unknown, this model has semantics, depth, normals, curvature"
    );
    let error = refuse(&frame("depth", depth(3))).to_string();
    assert_eq!(error, "label `depth`: 3 channels, expected 1");
    let error = refuse(&frame("semantics", depth(1))).to_string();
    assert_eq!(
        error,
        "label `semantics`: physical values, expected class ids"
    );
}
