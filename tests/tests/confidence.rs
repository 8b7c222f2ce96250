//! A confidence of 0 is a missing value and one of 1 is none, bit for bit, in every merge, on every engine, in tiles and
//! as a whole; and reuse between frames stays exact.

#![allow(clippy::unwrap_used)]

use multicond::{EngineOptions, Execution, Frame, Generator, Options, Picture, label::LabelMap};
use multicond_test_support::engines;
use multicond_tests::{
    scene::{self, Coverage},
    subject::Subject,
};
use multicond_train::net::{MergeKind, NetworkConfig, Preset};
use ndarray::Array2;

const SIDE: usize = 32;

fn network(kind: MergeKind) -> NetworkConfig {
    let mut network = Preset::Small.network(64);
    network.merge = Preset::Small.merge(kind);
    network.confidence = true;
    network
}

fn options(engine: &str) -> Options {
    Options::default().with_engine(EngineOptions::named(engine))
}

fn picture(generator: &mut Generator, frame: &Frame<'_>) -> Picture {
    let mut picture = Picture::default();
    generator.generate(frame, &mut picture).unwrap();
    picture
}

/// Pixels in which the number stands for nothing, or for everything.
fn chosen() -> Array2<bool> {
    Array2::from_shape_fn((SIDE, SIDE), |(y, x)| (x * 7 + y * 5) % 3 == 0)
}

/// The frame with this confidence at the chosen pixels of every label, and 1 elsewhere.
fn with(frame: &Frame<'static>, number: f32) -> Frame<'static> {
    let mut frame = frame.clone();
    let names: Vec<String> = frame.names().map(str::to_owned).collect();
    for name in names {
        let map = chosen().mapv(|is_chosen| if is_chosen { number } else { 1.0 });
        frame.set_confidence(name, map).unwrap();
    }
    frame
}

fn is_exact(kind: MergeKind) {
    let subject = Subject::with(network(kind), 64).unwrap();
    let maps = scene::maps(&subject.labels, SIDE, SIDE, Coverage::Holes, 3);
    let mut erased = maps.clone();
    for (map, label) in erased.iter_mut().zip(&subject.labels) {
        map.erase(label, &chosen());
    }
    let plain = subject.frame(&maps).unwrap();
    let holes = subject.frame(&erased).unwrap();
    for engine in engines::available() {
        for execution in [Execution::Tiled, Execution::Whole] {
            let open = || {
                let options = options(engine).with_execution(execution);
                subject.open(&options).unwrap()
            };
            // Before a frame has brought a confidence, and after.
            let mut generator = open();
            let expected = picture(&mut generator, &plain);
            let missing = picture(&mut generator, &holes);
            assert_ne!(expected, missing);
            let half = picture(&mut generator, &with(&plain, 0.5));
            assert!(half != expected && half != missing);
            assert_eq!(picture(&mut generator, &plain), expected, "{engine}");
            for (number, same) in [
                (1.0, &expected),
                (9.0, &expected),
                (f32::INFINITY, &expected),
                (0.0, &missing),
                (-0.0, &missing),
                (-2.0, &missing),
                (f32::NAN, &missing),
            ] {
                for generator in [&mut generator, &mut open()] {
                    let made = picture(generator, &with(&plain, number));
                    assert_eq!(made, *same, "{} on {engine}, {number}", kind.name());
                }
            }
        }
    }
}

#[test]
fn tlam_is_exact() {
    is_exact(MergeKind::Tlam);
}

#[test]
fn clam_is_exact() {
    is_exact(MergeKind::Clam);
}

#[test]
fn naive_is_exact() {
    is_exact(MergeKind::Naive);
}

#[test]
fn semantics_is_exact() {
    is_exact(MergeKind::Semantics);
}

/// Frames whose labels or confidences change in a few rows, with and without reuse.
#[test]
fn reuse_changes_no_bit() {
    let subject = Subject::with(network(MergeKind::Tlam), 64).unwrap();
    let maps = scene::maps(&subject.labels, SIDE, SIDE, Coverage::Holes, 5);
    let drawn = [6, 7].map(|seed| scene::confidences(&subject.labels, SIDE, SIDE, seed));
    for engine in engines::available() {
        let open = |reuse| subject.open(&options(engine).with_reuse(reuse)).unwrap();
        let (mut kept, mut fresh) = (open(true), open(false));
        let mut current = drawn[0].clone();
        let mut frames = vec![subject.frame(&maps).unwrap()];
        for time in 0..8 {
            let row = time * 5 % (SIDE - 3);
            let other = &drawn[(time + 1) % 2];
            for (own, other) in current.iter_mut().flatten().zip(other.iter().flatten()) {
                let rows = ndarray::s![row..row + 3, ..];
                own.slice_mut(rows).assign(&other.slice(rows));
            }
            frames.push(subject.frame_with(&maps, &current).unwrap());
        }
        // The confidences come and go.
        frames.insert(5, frames[0].clone());
        for (time, frame) in frames.iter().enumerate() {
            let made = picture(&mut kept, frame);
            assert_eq!(made, picture(&mut fresh, frame), "{engine}, frame {time}");
            let statistics = kept.statistics();
            match time {
                0 | 1 | 5 | 6 => {}
                _ => assert!(statistics.changed <= 3 * SIDE, "{statistics:?}"),
            }
        }
        // Nothing changes: the numbers that mean the same are the same.
        let again = |number| picture(&mut open(true), &with(&frames[0], number));
        assert_eq!(again(1.0), again(3.0));
        kept.generate(&with(&frames[0], 1.0), &mut Picture::default())
            .unwrap();
        kept.generate(&with(&frames[0], 3.0), &mut Picture::default())
            .unwrap();
        assert!(!kept.statistics().rendered);
    }
}

/// Pixels are duplicates only if their confidences are equal.
#[test]
fn duplicates_have_equal_confidences() {
    let subject = Subject::with(network(MergeKind::Naive), 64).unwrap();
    let mut frame = Frame::new(SIDE, SIDE);
    let same = LabelMap::Values(ndarray::Array3::from_elem((1, SIDE, SIDE), 2.0));
    frame.set("depth", same).unwrap();
    let halves = Array2::from_shape_fn((SIDE, SIDE), |(_, x)| if x < 16 { 0.25 } else { 0.75 });
    frame.set_confidence("depth", halves).unwrap();
    for engine in engines::available() {
        let mut generator = subject.open(&options(engine)).unwrap();
        picture(&mut generator, &frame);
        let lanes = if engine == "tract" { 16 } else { 1 };
        assert_eq!(generator.statistics().merged, 2 * lanes, "{engine}");
    }
}

#[test]
fn confidences_that_fit_nothing_are_refused() {
    let subject = Subject::with(network(MergeKind::Naive), 64).unwrap();
    let engine = engines::available()[0];
    let refused = |frame: &Frame<'_>, subject: &Subject| {
        let mut generator = subject.open(&options(engine)).unwrap();
        let error = generator.generate(frame, &mut Picture::default());
        error.unwrap_err().to_string()
    };
    let half = Array2::from_elem((SIDE, SIDE), 0.5);
    let mut frame = Frame::new(SIDE, SIDE);
    frame.set_confidence("depth", half.clone()).unwrap();
    assert_eq!(
        refused(&frame, &subject),
        "label `depth`: has a confidence, but the frame does not have the label itself"
    );
    let mut unknown = Frame::new(SIDE, SIDE);
    unknown.set_confidence("colour", half).unwrap();
    assert!(refused(&unknown, &subject).starts_with("label `colour`: unknown"));
    let maps = scene::maps(&subject.labels, SIDE, SIDE, Coverage::Dense, 1);
    let frame = with(&subject.frame(&maps).unwrap(), 1.0);
    let mut network = network(MergeKind::Naive);
    network.confidence = false;
    let without = Subject::with(network, 64).unwrap();
    assert_eq!(
        refused(&frame, &without),
        "label `albedo`: has a confidence, but this model takes none"
    );
}
