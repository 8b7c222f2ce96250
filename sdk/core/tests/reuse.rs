//! What is taken over from one frame to the next changes no bit of the picture.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use multicond::{ErrorKind, Fit, Frame, Generator, Picture, label::LabelMap};
use multicond_test_support::{
    engines::{available, options},
    small::{model, write},
};
use ndarray::{Array2, Array3};

/// A box that moves over a slope, with a label that comes and goes.
fn scene(width: usize, height: usize, time: usize) -> Frame<'static> {
    let is_box = |y: usize, x: usize| {
        let (left, top) = (time % width, (time / 3) % height);
        (left..left + 5).contains(&x) && (top..top + 3).contains(&y)
    };
    let mut frame = Frame::new(width, height);
    let ids = Array2::from_shape_fn((height, width), |(y, x)| {
        if is_box(y, x) { 2 } else { i32::from(y > 4) }
    });
    frame.set("semantics", LabelMap::Classes(ids)).unwrap();
    let depth = Array3::from_shape_fn((1, height, width), |(_, y, x)| match is_box(y, x) {
        true => 1.5,
        false => 2.0 + 0.1 * y as f32 + 0.01 * x as f32,
    });
    frame.set("depth", LabelMap::Values(depth)).unwrap();
    if time % 7 < 4 {
        let normals = Array3::from_shape_fn((3, height, width), |(c, y, x)| match is_box(y, x) {
            true => [0.0, 0.0, 1.0][c],
            false => [0.0, 1.0, 0.0][c],
        });
        frame.set("normals", LabelMap::Values(normals)).unwrap();
    }
    frame
}

fn picture(generator: &mut Generator, frame: &Frame<'_>) -> Picture {
    let mut picture = Picture::default();
    generator.generate(frame, &mut picture).unwrap();
    picture
}

#[test]
fn a_moving_scene_is_the_same_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    for engine in available() {
        let open = |reuse| {
            let options = options(engine).with_reuse(reuse);
            Generator::open(&path, &options).unwrap()
        };
        let (mut kept, mut fresh) = (open(true), open(false));
        for time in 0..200 {
            let frame = scene(32, 16, time);
            assert_eq!(
                picture(&mut kept, &frame),
                picture(&mut fresh, &frame),
                "{engine}, frame {time}"
            );
            let statistics = kept.statistics();
            assert!(statistics.merged <= statistics.changed);
            assert_eq!(fresh.statistics().merged, 32 * 16);
            if time > 0 && time % 7 != 0 && time % 7 != 4 {
                // The box's old and new place, while no label comes or goes.
                assert!(statistics.changed <= 2 * 5 * 3, "{statistics:?}");
                assert!(statistics.changed > 0);
            }
        }
    }
}

/// Any pixel may stand at any place of a tile, among any others.
#[test]
fn tiles_of_any_size_keep_every_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let frame = scene(32, 16, 3);
    for engine in available() {
        let with = |pixels: usize, reuse| {
            let options = options(engine)
                .with_reuse(reuse)
                .with_tile_pixels(pixels.try_into().ok());
            picture(&mut Generator::open(&path, &options).unwrap(), &frame)
        };
        let reference = with(128, false);
        for pixels in [64, 128, 256] {
            assert_eq!(with(pixels, true), reference, "{engine}, {pixels}");
        }
    }
}

#[test]
fn a_frame_that_stays_is_neither_merged_nor_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    for engine in available() {
        let mut generator = Generator::open(&path, &options(engine)).unwrap();
        let first = picture(&mut generator, &scene(32, 16, 9));
        assert!(generator.statistics().rendered);
        let second = picture(&mut generator, &scene(32, 16, 9));
        assert_eq!(first, second);
        let statistics = generator.statistics();
        assert_eq!((statistics.changed, statistics.merged), (0, 0));
        assert!(!statistics.rendered);
        // Ways to write the same thing are no change.
        let mut other = scene(32, 16, 9);
        let missing = LabelMap::Values(Array3::from_elem((2, 16, 32), f32::NEG_INFINITY));
        other.set("curvature", missing).unwrap();
        assert_eq!(picture(&mut generator, &other), first);
        assert!(!generator.statistics().rendered);
    }
}

/// A frame of which nothing is known has hardly a pixel to merge.
#[test]
fn alike_pixels_are_merged_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    for engine in available() {
        let mut generator = Generator::open(&path, &options(engine)).unwrap();
        let made = picture(&mut generator, &Frame::new(32, 16));
        // tract's results depend on a pixel's place modulo 16.
        assert!(generator.statistics().merged <= 16);
        assert_eq!(generator.statistics().changed, 32 * 16);
        let options = options(engine).with_reuse(false);
        let mut fresh = Generator::open(&path, &options).unwrap();
        assert_eq!(picture(&mut fresh, &Frame::new(32, 16)), made);
    }
}

#[test]
fn a_cancelled_picture_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    for engine in available() {
        let mut generator = Generator::open(&path, &options(engine)).unwrap();
        let mut fresh = Generator::open(&path, &options(engine)).unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let last = Arc::new(AtomicUsize::new(0));
        for cancel_at in 0..8 {
            let frame = scene(32, 16, 4 * cancel_at);
            calls.store(0, Ordering::SeqCst);
            let (calls, last) = (calls.clone(), last.clone());
            generator.set_progress(Some(Box::new(move |done| {
                assert!((0.0..=1.0).contains(&done));
                last.store((done * 1000.0) as usize, Ordering::SeqCst);
                calls.fetch_add(1, Ordering::SeqCst) != cancel_at
            })));
            let mut made = Picture::new(3, 3);
            match generator.generate(&frame, &mut made) {
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
                    assert_eq!(made, Picture::new(3, 3));
                }
                // There were not as many calls.
                Ok(()) => assert!(cancel_at > 1),
            }
            generator.set_progress(None);
            assert_eq!(picture(&mut generator, &frame), picture(&mut fresh, &frame));
        }
        assert!(last.load(Ordering::SeqCst) > 0);
    }
}

/// The padding repeats the last column and row, so that the picture is the one of a frame padded by hand.
#[test]
fn sizes_between_tiles_are_padded() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    for engine in available() {
        let options = options(engine).with_fit(Fit::Pad);
        let mut generator = Generator::open(&path, &options).unwrap();
        let depth = |width, height| {
            let value = |(_, y, x): (usize, usize, usize)| (y.min(6) * 10 + x.min(8)) as f32;
            let mut frame = Frame::new(width, height);
            let map = LabelMap::Values(Array3::from_shape_fn((1, height, width), value));
            frame.set("depth", map).unwrap();
            frame
        };
        let odd = picture(&mut generator, &depth(9, 7));
        assert_eq!(odd.size(), (9, 7));
        assert_eq!(generator.statistics().pixels, 12 * 8);
        let whole = picture(&mut generator, &depth(12, 8));
        let cut = whole.values().slice(ndarray::s![.., ..7, ..9]).to_owned();
        assert_eq!(odd.values(), cut);
    }
}

#[test]
fn memory_is_limited_before_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &model());
    let Some(&engine) = available().first() else {
        return;
    };
    let file = multicond::model::ModelFile::open(&path).unwrap();
    // Tiles are as large for every engine.
    let options = options(engine).with_tile_pixels(48.try_into().ok());
    let needed = Generator::estimate_memory_with(&file, &options, 32, 16);
    let with = |limit| {
        let options = options.clone().with_memory_limit(Some(limit));
        let mut generator = Generator::open(&path, &options).unwrap();
        generator.generate(&Frame::new(32, 16), &mut Picture::default())
    };
    with(needed).unwrap();
    let error = with(needed - 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
}
