//! Every engine generates the same picture as the network in `burn`.

#![allow(clippy::unwrap_used)]

use multicond::{EngineOptions, Options, Picture, label::Label};
use multicond_test_support::engines;
use multicond_tests::{
    lively,
    scene::{self, COVERAGES},
    subject::{Subject, as_released, asap, difference},
};
use multicond_train::net::{BackboneKind, MergeKind, NetworkConfig, Preset};

const TOLERANCE: f32 = 1e-4;

/// Compares pictures of these sizes (in tiles) with labels of every coverage.
fn agree(preset: Preset, rows: usize, sizes: &[(usize, usize)]) {
    agree_on(preset.network(rows), rows, sizes);
}

fn agree_on(mut network: NetworkConfig, rows: usize, sizes: &[(usize, usize)]) {
    network.confidence = false;
    agree_of(&Subject::with(network.clone(), rows).unwrap(), sizes);
    network.confidence = true;
    agree_with_confidence(network, rows, sizes[0]);
}

fn agree_with_confidence(network: NetworkConfig, rows: usize, (columns, lines): (usize, usize)) {
    let subject = Subject::with(network, rows).unwrap();
    let tile = subject.network.backbone.tile();
    let (width, height) = (columns * tile, lines * tile);
    let maps = scene::maps(&subject.labels, width, height, scene::Coverage::Holes, 7);
    let confidences = scene::confidences(&subject.labels, width, height, 8);
    let expected = [
        subject.expected_with(&maps, &confidences).unwrap(),
        subject.expected(&maps).unwrap(),
    ];
    // Otherwise the test could not fail.
    assert!(difference(&expected[0], &expected[1]) > 100.0 * TOLERANCE);
    let frames = [
        subject.frame_with(&maps, &confidences).unwrap(),
        subject.frame(&maps).unwrap(),
    ];
    for engine in engines::available() {
        let options = Options::default().with_engine(EngineOptions::named(engine));
        for (frame, expected) in frames.iter().zip(&expected) {
            let mut generator = subject.open(&options).unwrap();
            let mut picture = Picture::default();
            generator.generate(frame, &mut picture).unwrap();
            let difference = difference(picture.values(), expected);
            assert!(
                difference <= TOLERANCE,
                "{width}x{height} with confidence on {engine}: {difference}"
            );
        }
    }
}

fn agree_of(subject: &Subject, sizes: &[(usize, usize)]) {
    let tile = subject.network.backbone.tile();
    let engines = engines::available();
    let mut generators: Vec<_> = engines
        .iter()
        .map(|&engine| {
            let options = Options::default().with_engine(EngineOptions::named(engine));
            subject.open(&options).unwrap()
        })
        .collect();
    for (seed, &(columns, lines)) in sizes.iter().enumerate() {
        for coverage in COVERAGES {
            let (width, height) = (columns * tile, lines * tile);
            let maps = scene::maps(&subject.labels, width, height, coverage, seed as u64);
            let expected = subject.expected(&maps).unwrap();
            let frame = subject.frame(&maps).unwrap();
            for generator in &mut generators {
                let mut picture = Picture::default();
                generator.generate(&frame, &mut picture).unwrap();
                let difference = difference(picture.values(), &expected);
                let engine = generator.engine();
                println!("{width}x{height} {coverage:?} on {engine}: {difference:.1e}");
                assert!(
                    difference <= TOLERANCE,
                    "{width}x{height} {coverage:?} on {engine}: {difference}"
                );
            }
        }
    }
}

#[test]
fn small_preset() {
    agree(Preset::Small, 128, &[(4, 3), (7, 5)]);
}

/// At least six tiles, because instance norms over four cells amplify rounding errors.
#[test]
fn paper_preset() {
    agree(Preset::Paper, 256, &[(3, 2), (4, 3)]);
}

/// The merge with the paper's sizes in the network of the small preset.
fn agree_with(merge: MergeKind) {
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Paper.merge(merge);
    agree_on(network, 128, &[(4, 3), (7, 5)]);
}

#[test]
fn clam() {
    agree_with(MergeKind::Clam);
}

#[test]
fn naive() {
    agree_with(MergeKind::Naive);
}

#[test]
fn semantics() {
    agree_with(MergeKind::Semantics);
}

/// Another backbone with the naive merge, as compared in the paper.
fn agree_behind(backbone: BackboneKind, sizes: &[(usize, usize)]) {
    let mut network = Preset::Small.network(64);
    network.merge = Preset::Small.merge(MergeKind::Naive);
    network.backbone = Preset::Small.backbone(backbone, 64);
    agree_on(network, 64, sizes);
}

/// Small networks of every merge and backbone, with and without a hint, and pixel networks with smooth features.
#[test]
fn every_merge_with_every_backbone() {
    for merge in MergeKind::ALL {
        for backbone in BackboneKind::ALL {
            for hints in [vec![], vec!["albedo".to_owned()]] {
                let mut network = Preset::Fast.network(64);
                network.merge = Preset::Fast.merge(merge);
                network.backbone = Preset::Fast.backbone(backbone, 64);
                network.hints = hints;
                println!("{} with {:?}", network.system(), network.hints);
                // Instance norms over few cells amplify rounding errors.
                let size = match backbone {
                    BackboneKind::Pix2Pix => (1, 1),
                    BackboneKind::Spade => (2, 2),
                    _ => (4, 3),
                };
                agree_on(network, 64, &[size]);
            }
        }
    }
}

/// Where the first hint is missing, the second counts.
#[test]
fn two_hints() {
    let labels = vec![Label::albedo(), Label::albedo().with_name("render")];
    let mut network = Preset::Fast.network(64);
    network.hints = vec!["render".into(), "albedo".into()];
    let generator = lively::generator(&network, &labels, 1);
    let subject = Subject::of(generator, network, labels, 64).unwrap();
    agree_of(&subject, &[(2, 2)]);
}

#[test]
fn spade() {
    agree_behind(BackboneKind::Spade, &[(2, 2), (4, 3)]);
}

#[test]
fn pix2pix() {
    agree_behind(BackboneKind::Pix2Pix, &[(1, 1), (2, 3)]);
}

#[test]
fn pix2pix_hd() {
    agree_behind(BackboneKind::Pix2PixHd, &[(4, 3), (7, 5)]);
}

#[test]
fn mirrored_borders_and_channels_for_the_stream_alone() {
    agree_on(as_released(), 128, &[(4, 3), (7, 5)]);
}

/// A fixed filter does half of the tile's factor.
#[test]
fn fixed_downsampling() {
    let mut network = Preset::Small.network(128);
    asap(&mut network).learned_downsampling = 4;
    let subject = Subject::with(network, 128).unwrap();
    let maps = scene::maps(&subject.labels, 32, 24, scene::Coverage::Holes, 3);
    let expected = subject.expected(&maps).unwrap();
    let frame = subject.frame(&maps).unwrap();
    for engine in engines::available() {
        let options = Options::default().with_engine(EngineOptions::named(engine));
        let mut picture = Picture::default();
        let mut generator = subject.open(&options).unwrap();
        generator.generate(&frame, &mut picture).unwrap();
        let difference = difference(picture.values(), &expected);
        assert!(difference <= TOLERANCE, "{engine}: {difference}");
    }
}
