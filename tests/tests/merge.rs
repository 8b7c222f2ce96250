//! Running the merge in tiles, or the whole model at once, does not change the result.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use multicond::{Merge, Options, Picture};
use multicond_tests::{
    engines,
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
    for device in engines::available() {
        let options = |merge, pixels| Options {
            device: device.into(),
            merge,
            tile_pixels: NonZeroUsize::new(pixels),
            threads: NonZeroUsize::new(2),
            ..Options::default()
        };
        let concept = |merge, pixels| {
            let mut generator = subject.open(&options(merge, pixels)).unwrap();
            generator.concept(&frame).unwrap().to_owned()
        };
        let whole = concept(Merge::Whole, 128);
        for pixels in [64, 128, 960, 4096] {
            let difference = difference(&concept(Merge::Tiled, pixels), &whole);
            assert!(difference <= TOLERANCE, "{device:?} {pixels}: {difference}");
        }
        let picture = |merge| {
            let mut picture = Picture::default();
            let mut generator = subject.open(&options(merge, 128)).unwrap();
            generator.generate(&frame, &mut picture).unwrap();
            picture
        };
        let uncut = picture(Merge::Uncut);
        let difference = difference(picture(Merge::Tiled).values(), uncut.values());
        // The backbone amplifies rounding errors of the concept.
        assert!(difference <= 2e-5, "{device:?} uncut: {difference}");
    }
}
