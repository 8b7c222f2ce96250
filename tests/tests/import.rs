//! Imports generators in the format of the original ASAP-Net code and compares them with the original networks.

#![allow(clippy::unwrap_used)]

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use burn_store::{ModuleSnapshot, SafetensorsStore};
use multicond::{EngineOptions, Options, Picture, label::Label};
use multicond_test_support::{engines, require::python};
use multicond_tests::{
    lively,
    numpy::{agree, write_checkpoint},
    random::Random,
    scene::{self, COVERAGES},
    subject::{Subject, asap, difference},
};
use multicond_train::{
    import::{Imported, asap_net},
    net::{GeneratorNetwork, MergeKind, NetworkConfig, Preset, backbone::asap::Padding},
};
use tempfile::TempDir;

/// The same tolerance for engines as in other tests.
const TOLERANCE: f32 = 1e-4;

/// A small generator with the pixel-network width of the released ones.
fn small(padding: Padding, edges: bool) -> (NetworkConfig, Vec<Label>) {
    let mut network = Preset::Small.network(128);
    network.merge = Preset::Small.merge(match edges {
        true => MergeKind::Naive,
        false => MergeKind::Semantics,
    });
    let asap = asap(&mut network);
    asap.pixel_width = 64;
    asap.width = 6;
    asap.max_width = 10;
    asap.padding = padding;
    asap.low_resolution_only = usize::from(edges);
    let mut labels = vec![Label::semantics(
        (0..5).map(|class| format!("class {class}")),
    )];
    if edges {
        labels.push(Label::edges());
    }
    for label in &mut labels {
        label.presence = false;
    }
    (network, labels)
}

struct Written {
    folder: TempDir,
    network: NetworkConfig,
    generator: GeneratorNetwork,
}

impl Written {
    fn file(&self) -> PathBuf {
        self.folder.path().join("latest_net_G.pth")
    }

    fn import(&self) -> Imported {
        asap_net(&self.file(), None).unwrap()
    }

    fn error(&self) -> String {
        format!("{:#}", asap_net(&self.file(), None).err().unwrap())
    }
}

fn write(python: &OsString, padding: Padding, edges: bool, more: &[&str]) -> Written {
    let (network, labels) = small(padding, edges);
    let generator = lively::generator(&network, &labels, 3);
    let folder = TempDir::new().unwrap();
    let weights = folder.path().join("generator.safetensors");
    let mut store = SafetensorsStore::from_file(&weights);
    generator.save_into(&mut store).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/write_asap.py");
    let written = Written {
        folder,
        network,
        generator,
    };
    let padding = match padding {
        Padding::Zero => "zero",
        Padding::Reflect => "reflect",
    };
    let mut command = Command::new(python);
    command.arg(script).arg(&weights).arg(written.file());
    let status = command.args(["--padding", padding]).args(more).status();
    assert!(status.unwrap().success());
    written
}

/// The imported model and the original network as subjects.
fn subject(written: &Written) -> (Subject, Subject) {
    let imported = written.import();
    let of = |generator, network: &NetworkConfig| {
        Subject::of(generator, network.clone(), imported.labels.clone(), 128).unwrap()
    };
    (
        of(imported.generator.clone(), &imported.network),
        of(written.generator.clone(), &written.network),
    )
}

/// With every engine, the imported model generates the same picture as the original network.
#[test]
fn both_paddings_with_and_without_edges() {
    let Some(python) = python() else { return };
    for padding in [Padding::Zero, Padding::Reflect] {
        for edges in [false, true] {
            let written = write(&python, padding, edges, &[]);
            let (imported, original) = subject(&written);
            let mut network = imported.network.clone();
            assert_eq!(asap(&mut network).padding, padding);
            assert_eq!(network.backbone.tile(), 8);
            assert_eq!(imported.labels.len(), 1 + usize::from(edges));
            for coverage in COVERAGES {
                let maps = scene::maps(&imported.labels, 32, 24, coverage, 5);
                let expected = original.expected(&maps).unwrap();
                let frame = imported.frame(&maps).unwrap();
                for engine in engines::available() {
                    let options = Options::default().with_engine(EngineOptions::named(engine));
                    let mut picture = Picture::default();
                    let mut generator = imported.open(&options).unwrap();
                    generator.generate(&frame, &mut picture).unwrap();
                    let difference = difference(picture.values(), &expected);
                    println!("{padding:?} {edges} {coverage:?} on {engine}: {difference:.1e}");
                    assert!(difference <= TOLERANCE, "{difference}");
                }
            }
        }
    }
}

/// The imported model agrees with the reference implementation.
#[test]
fn numpy_generates_the_same() {
    let Some(python) = python() else { return };
    for (padding, edges) in [(Padding::Zero, true), (Padding::Reflect, false)] {
        let written = write(&python, padding, edges, &[]);
        let (imported, _) = subject(&written);
        let folder = TempDir::new().unwrap();
        let folder = folder.path();
        let Written {
            network, generator, ..
        } = &written;
        write_checkpoint(folder, generator, network, &imported.labels).unwrap();
        agree(&python, folder, &imported.model(), "3x4").unwrap();
    }
}

/// Class files hold plain ids, with and without names. No edge is 0, the same as missing.
#[test]
fn labels_are_read_as_the_original_reads_them() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Zero, true, &[]);
    let names = (0..5).map(|n| format!("name {n}")).collect();
    let named = asap_net(&written.file(), Some(names)).unwrap();
    for imported in [written.import(), named] {
        let png = imported.labels[0].png.unwrap();
        assert_eq!((png.decode(0), png.decode(4)), (0.0, 4.0));
        let encoding = imported.labels[1].encoding().unwrap();
        assert_eq!((encoding.encode(0.0), encoding.encode(1.0)), (0.0, 1.0));
        assert!(imported.labels.iter().all(|label| !label.presence));
    }
}

#[test]
fn classes_are_counted() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Zero, false, &[]);
    let names = |count: usize| (0..count).map(|n| format!("name {n}")).collect();
    let imported = asap_net(&written.file(), Some(names(5))).unwrap();
    assert_eq!(imported.labels[0].classes().unwrap()[4], "name 4");
    let error = asap_net(&written.file(), Some(names(4))).err().unwrap();
    let error = format!("{error:#}");
    assert!(
        error.contains("5 classes, but 4 names are given"),
        "{error}"
    );
}

#[test]
fn what_is_missing_and_what_is_too_much_is_listed() {
    let Some(python) = python() else { return };
    let rename = [
        "--rename",
        "lowres_stream.model.2.1.bias",
        "lowres_stream.model.2.1.shift",
    ];
    let error = write(&python, Padding::Zero, false, &rename).error();
    for part in [
        "latest_net_G.pth",
        "missing (1): lowres_stream.model.2.1.bias [6]",
        "extra (1): lowres_stream.model.2.1.shift [6]",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn other_tensors_are_named() {
    let Some(python) = python() else { return };
    let bias = "lowres_stream.model.2.1.bias";
    let damage = |key, how| {
        let error = write(&python, Padding::Zero, false, &["--damage", key, how]).error();
        error.split_once("latest_net_G.pth: ").unwrap().1.to_owned()
    };
    let error = damage(bias, "cut");
    let expected = format!("other (1): {bias} is F32 [5], expected F32 [6]");
    assert!(error.ends_with(&expected), "{error}");
    let error = damage(bias, "half");
    let expected = format!("other (1): {bias} is F16 [6], expected F32 [6]");
    assert!(error.ends_with(&expected), "{error}");
    let error = damage(bias, "nan");
    assert_eq!(error, format!("tensor `{bias}`: number 1 is NaN"));
}

/// A tensor with strides of 0 repeats one number, so a small file could claim any amount of memory.
#[test]
fn tensors_larger_than_their_file_are_refused() {
    let Some(python) = python() else { return };
    let (mut network, _) = small(Padding::Zero, false);
    // Four stages precede it, with two numbers each.
    let head = format!(
        "lowres_stream.model.{}.weight",
        8 + asap(&mut network).depth
    );
    let damage = ["--damage", &head, "repeat"];
    let error = write(&python, Padding::Zero, false, &damage).error();
    assert!(error.contains("and the whole file has"), "{error}");
}

#[test]
fn the_largest_layer_numbers_are_extra() {
    let Some(python) = python() else { return };
    for rest in ["1.bias", "conv_block.0.1.bias"] {
        let to = format!("lowres_stream.model.{}.{rest}", usize::MAX);
        let rename = ["--rename", "lowres_stream.model.2.1.bias", &to];
        let error = write(&python, Padding::Zero, false, &rename).error();
        assert!(error.contains("extra (") && error.contains(&to), "{error}");
    }
}

#[test]
fn damaged_and_strange_files_are_named() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Reflect, false, &[]);
    let bytes = fs::read(written.file()).unwrap();
    for length in [0, 10, bytes.len() / 2, bytes.len() - 30] {
        fs::write(written.file(), &bytes[..length]).unwrap();
        let error = written.error();
        assert!(error.contains("latest_net_G.pth"), "{error}");
    }
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for strange in [b"no checkpoint at all".to_vec(), tar] {
        fs::write(written.file(), strange).unwrap();
        let error = written.error();
        assert!(error.contains("not a PyTorch file"), "{error}");
    }
}

/// Damage to any byte leads to an error or a complete network.
#[test]
fn damaged_bytes_never_panic() {
    let Some(python) = python() else { return };
    let written = write(&python, Padding::Zero, false, &[]);
    let mut whole = fs::read(written.file()).unwrap();
    let pickle = without_checksum(&mut whole);
    let directory = whole.len() - 4_000;
    let mut random = Random::new(7);
    for _ in 0..500 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(3) {
            let at = match random.below(8) {
                0 => directory + random.below(bytes.len() - directory),
                _ => random.below(pickle),
            };
            bytes[at] = random.bits() as u8;
        }
        fs::write(written.file(), bytes).unwrap();
        let _ = asap_net(&written.file(), None);
    }
}

/// Clears the checksum of the pickle, the first file of the archive, as PyTorch can do, so that damage to the pickle is
/// not detected by its checksum. Returns the end of the pickle.
fn without_checksum(archive: &mut [u8]) -> usize {
    let entry = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02");
    let (local, central) = (14, entry.unwrap() + 16);
    assert_eq!(archive[local..local + 4], archive[central..central + 4]);
    for checksum in [local, central] {
        archive[checksum..checksum + 4].fill(0);
    }
    let size: [u8; 4] = archive[22..26].try_into().unwrap();
    30 + "archive/data.pkl".len() + u32::from_le_bytes(size) as usize
}
