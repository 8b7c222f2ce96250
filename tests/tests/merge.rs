//! Running the merge in tiles, or the whole model at once, does not change the result.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use multicond::{EngineOptions, Execution, Options, Picture, Threads};
use multicond_test_support::engines;
use multicond_tests::{
    scene::{self, Coverage},
    subject::{Subject, difference},
};
use multicond_train::net::{MergeKind, Preset};

const TOLERANCE: f32 = 1e-6;

#[test]
fn tiles_change_nothing() {
    for kind in MergeKind::ALL {
        let mut network = Preset::Small.network(128);
        network.merge = Preset::Small.merge(kind);
        tiles_change_nothing_in(&Subject::with(network, 128).unwrap());
    }
}

fn tiles_change_nothing_in(subject: &Subject) {
    let maps = scene::maps(&subject.labels, 40, 24, Coverage::Holes, 5);
    let frame = subject.frame(&maps).unwrap();
    for engine in engines::available() {
        let options = |execution, pixels| {
            Options::default()
                .with_engine(EngineOptions::named(engine))
                .with_execution(execution)
                .with_tile_pixels(NonZeroUsize::new(pixels))
                .with_threads(Threads::from(NonZeroUsize::new(2)))
        };
        let concept = |pixels| {
            let mut generator = subject.open(&options(Execution::Tiled, pixels)).unwrap();
            generator.concept(&frame).unwrap().to_owned()
        };
        // The whole picture at once.
        let whole = concept(4096);
        for pixels in [64, 128, 960] {
            let difference = difference(&concept(pixels), &whole);
            assert!(difference <= TOLERANCE, "{engine} {pixels}: {difference}");
        }
        let picture = |merge| {
            let mut picture = Picture::default();
            let mut generator = subject.open(&options(merge, 128)).unwrap();
            generator.generate(&frame, &mut picture).unwrap();
            picture
        };
        let uncut = picture(Execution::Whole);
        let difference = difference(picture(Execution::Tiled).values(), uncut.values());
        // The rendering amplifies the concept's last bits.
        assert!(difference <= 2e-5, "{engine} uncut: {difference}");
    }
}
