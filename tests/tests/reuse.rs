//! With reuse between frames, pictures are bit-identical to those generated without it, also for real networks.

#![allow(clippy::unwrap_used)]

use multicond::{EngineOptions, Generator, Options, Picture, label::LabelMap};
use multicond_test_support::engines;
use multicond_tests::{
    scene::{self, Coverage},
    subject::Subject,
};
use multicond_train::net::{MergeKind, NetworkConfig, Preset};

fn picture(generator: &mut Generator, subject: &Subject, maps: &[LabelMap]) -> Picture {
    let mut picture = Picture::default();
    let frame = subject.frame(maps).unwrap();
    generator.generate(&frame, &mut picture).unwrap();
    picture
}

/// Copies a band of rows of one frame's maps into another's.
fn mix(into: &mut [LabelMap], from: &[LabelMap], rows: std::ops::Range<usize>) {
    for pair in into.iter_mut().zip(from) {
        match pair {
            (LabelMap::Classes(into), LabelMap::Classes(from)) => into
                .slice_mut(ndarray::s![rows.clone(), ..])
                .assign(&from.slice(ndarray::s![rows.clone(), ..])),
            (LabelMap::Values(into), LabelMap::Values(from)) => into
                .slice_mut(ndarray::s![.., rows.clone(), ..])
                .assign(&from.slice(ndarray::s![.., rows.clone(), ..])),
            _ => unreachable!("maps of the same labels"),
        }
    }
}

fn agrees(network: NetworkConfig, side: usize, frames: usize) {
    let subject = Subject::with(network, side).unwrap();
    let [one, other] =
        [5, 6].map(|seed| scene::maps(&subject.labels, side, side, Coverage::Holes, seed));
    for engine in engines::available() {
        let open = |reuse| {
            let options = Options::default()
                .with_engine(EngineOptions::named(engine))
                .with_reuse(reuse);
            subject.open(&options).unwrap()
        };
        let (mut kept, mut fresh) = (open(true), open(false));
        let mut maps = one.clone();
        for frame in 0..frames {
            let row = frame * 5 % (side - 3);
            let from = if frame % 2 == 0 { &other } else { &one };
            mix(&mut maps, from, row..row + 3);
            assert_eq!(
                picture(&mut kept, &subject, &maps),
                picture(&mut fresh, &subject, &maps),
                "{engine}, frame {frame}"
            );
            let statistics = kept.statistics();
            assert!(
                frame == 0 || statistics.changed <= 3 * side,
                "{statistics:?}"
            );
        }
    }
}

#[test]
fn the_small_preset() {
    agrees(Preset::Small.network(64), 64, 12);
}

#[test]
fn every_merge_with_and_without_a_hint() {
    for kind in MergeKind::ALL {
        for hints in [vec![], vec!["albedo".to_owned()]] {
            let mut network = Preset::Fast.network(64);
            network.merge = Preset::Small.merge(kind);
            network.hints = hints;
            agrees(network, 64, 4);
        }
    }
}

#[test]
fn the_paper_preset() {
    agrees(Preset::Paper.network(64), 64, 3);
}
