//! Tests of the reader with files whose values follow from formulas. The product tests read a file written by h5py.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
};

use hdf5_writer::{
    DatasetBuilder, FILTER_DEFLATE, FilterDescription, H5WriteElement, Hdf5Builder, WriteOptions,
};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::*;

const LABELS: [u16; 9] = [0, 4, 5, 11, 21, 894, 1, 172, 88];
/// Same order: ceiling, chair, floor, wall, other prop, other prop, television, bookshelf.
const FORTY_IDS: [i32; 9] = [255, 21, 4, 1, 0, 39, 39, 24, 9];
const THIRTEEN_IDS: [i32; 9] = [255, 2, 3, 4, 11, 6, 6, 10, 5];

/// The file's values at frame f, row y and column x.
fn image(f: usize, channel: usize, y: usize, x: usize) -> u8 {
    ((50 * f + 20 * channel + 3 * x + 7 * y) % 256) as u8
}

fn depth(f: usize, y: usize, x: usize) -> f32 {
    1.0 + f as f32 + x as f32 / 64.0 + y as f32 / 128.0
}

fn raw_depth(f: usize, y: usize, x: usize) -> f32 {
    if x == 1 {
        10.0
    } else if (x + 2 * y) % 17 == 3 {
        f32::NAN
    } else if (x + y).is_multiple_of(5) {
        0.0
    } else {
        depth(f, y, x)
    }
}

fn class_index(f: usize, y: usize, x: usize) -> usize {
    (x / 8 + y / 8 + f) % LABELS.len()
}

fn label(f: usize, y: usize, x: usize) -> u16 {
    LABELS[class_index(f, y, x)]
}

fn instance(f: usize, y: usize, x: usize) -> u8 {
    if label(f, y, x) == 0 {
        0
    } else {
        (x / 16 % 3) as u8
    }
}

type Datasets = BTreeMap<&'static str, DatasetBuilder>;

/// The datasets of a valid file; tests change one of them.
fn datasets(frames: usize, width: usize, height: usize) -> Datasets {
    let sides = [frames, width, height].map(|side| side as u64);
    let mut datasets = BTreeMap::from([
        ("images", stack("images", sides, 3, image)),
        (
            "depths",
            stack("depths", sides, 1, |f, _, y, x| depth(f, y, x)),
        ),
        (
            "rawDepths",
            stack("rawDepths", sides, 1, |f, _, y, x| raw_depth(f, y, x)),
        ),
        (
            "labels",
            stack("labels", sides, 1, |f, _, y, x| label(f, y, x)),
        ),
        (
            "instances",
            stack("instances", sides, 1, |f, _, y, x| instance(f, y, x)),
        ),
    ]);
    let names = DatasetBuilder::typed_data("names", vec![1, NAMES as u64], &[0u8; NAMES]).unwrap();
    datasets.insert("names", names);
    datasets
}

/// Values in the file's order `[frame, (channel,) column, row]`, compressed, with a chunk size that does not divide
/// the sides.
fn stack<T: H5WriteElement>(
    name: &str,
    [frames, width, height]: [u64; 3],
    channels: u64,
    value: impl Fn(usize, usize, usize, usize) -> T,
) -> DatasetBuilder {
    let mut values = Vec::new();
    for f in 0..frames as usize {
        for c in 0..channels as usize {
            for x in 0..width as usize {
                for y in 0..height as usize {
                    values.push(value(f, c, y, x));
                }
            }
        }
    }
    let mut shape = vec![frames, width, height];
    let mut chunk = vec![1, width / 2 + 1, height / 2 + 1];
    if channels > 1 {
        shape.insert(1, channels);
        chunk.insert(1, 1);
    }
    DatasetBuilder::typed_data(name, shape, &values)
        .unwrap()
        .chunked(chunk)
        .filter(FilterDescription {
            id: FILTER_DEFLATE,
            name: None,
            client_data: vec![3],
        })
}

fn write(datasets: Datasets) -> (TempDir, PathBuf) {
    let builder = datasets
        .into_values()
        .fold(Hdf5Builder::new(), Hdf5Builder::dataset);
    let bytes = builder
        .into_plan()
        .unwrap()
        .encode(WriteOptions::default())
        .unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("nyu_depth_v2_labeled.mat");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn same(a: f32, b: f32) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

fn check_frame(frame: &Sample, f: usize, (width, height): (usize, usize), ids: [i32; 9]) {
    assert_eq!(frame.picture.dim(), (3, height, width));
    assert!(frame.picture.is_standard_layout());
    let [
        LabelMap::Classes(semantics),
        LabelMap::Values(filled),
        LabelMap::Values(raw),
    ] = frame.labels.as_slice()
    else {
        panic!("classes and two depths")
    };
    let objects = frame.instances.as_ref().unwrap();
    for y in 0..height {
        for x in 0..width {
            for c in 0..3 {
                let expected = f32::from(image(f, c, y, x)) / 255.0;
                assert_eq!(frame.picture[[c, y, x]], expected);
            }
            assert_eq!(filled[[0, y, x]], depth(f, y, x));
            let expected = Some(raw_depth(f, y, x)).filter(|&metres| metres > 0.0 && metres < 10.0);
            assert!(same(raw[[0, y, x]], expected.unwrap_or(f32::NAN)));
            assert_eq!(semantics[[y, x]], ids[class_index(f, y, x)]);
            let object = 256 * i32::from(label(f, y, x)) + i32::from(instance(f, y, x));
            assert_eq!(objects[[y, x]], object);
        }
    }
}

#[test]
fn values_come_back_rows_first() {
    let (folder, _) = write(datasets(3, 40, 24));
    let nyu = Nyu::open(folder.path(), None).unwrap();
    let names: Vec<&str> = nyu
        .contents
        .frames
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(names, ["nyu_0001", "nyu_0002", "nyu_0003"]);
    assert_eq!(nyu.contents.frames[2].split.as_deref(), Some("train"));
    for f in [2, 0, 1] {
        check_frame(
            &nyu.read(f, &nyu.contents.labels).unwrap(),
            f,
            (40, 24),
            FORTY_IDS,
        );
    }
}

#[test]
fn the_thirteen_classes() {
    let (_folder, path) = write(datasets(1, 20, 12));
    let nyu = Nyu::open(&path, Some(13)).unwrap();
    check_frame(
        &nyu.read(0, &nyu.contents.labels).unwrap(),
        0,
        (20, 12),
        THIRTEEN_IDS,
    );
    assert!(Nyu::open(&path, Some(19)).is_err());
}

#[test]
fn an_unknown_label_is_named() {
    let mut broken = datasets(1, 8, 6);
    let label = |_, _, _, _| 895u16;
    broken.insert("labels", stack("labels", [1, 8, 6], 1, label));
    let (_folder, path) = write(broken);
    let nyu = Nyu::open(&path, None).unwrap();
    let error = error_of(nyu.read(0, &nyu.contents.labels), &path);
    assert!(error.contains("label 895"), "{error}");
}

#[test]
fn threads_share_a_file() {
    let (_folder, path) = write(datasets(4, 40, 24));
    let nyu = Nyu::open(&path, None).unwrap();
    thread::scope(|scope| {
        for start in 0..4 {
            let nyu = &nyu;
            scope.spawn(move || {
                for f in (0..12).map(|step| (start + step) % 4) {
                    check_frame(
                        &nyu.read(f, &nyu.contents.labels).unwrap(),
                        f,
                        (40, 24),
                        FORTY_IDS,
                    );
                }
            });
        }
    });
}

fn error_of<T>(result: Result<T>, path: &Path) -> String {
    let error = format!("{:#}", result.err().expect("an error"));
    assert!(error.contains(&path.display().to_string()), "{error}");
    error
}

#[test]
fn other_files_are_told_apart() {
    let good = || datasets(2, 8, 6);
    let zeros = |name, shape: &[u64]| {
        let count = shape.iter().product::<u64>() as usize;
        DatasetBuilder::typed_data(name, shape.to_vec(), &vec![0u8; count]).unwrap()
    };
    let without = |name| {
        let mut datasets = good();
        datasets.remove(name);
        datasets
    };
    let with = |name, dataset| {
        let mut datasets = good();
        datasets.insert(name, dataset);
        datasets
    };
    let float = |f, _, y, x| depth(f, y, x);
    for (datasets, expected) in [
        (without("rawDepths"), "expected a dataset `rawDepths`"),
        (without("names"), "expected a dataset `names`"),
        (
            with("labels", stack("labels", [2, 8, 6], 1, |_, _, _, _| 1u8)),
            "expected 16-bit unsigned integers",
        ),
        (
            with("images", stack("images", [2, 8, 6], 3, float)),
            "expected 8-bit unsigned integers",
        ),
        (
            with("depths", stack("depths", [2, 8, 7], 1, float)),
            "2 frames of 8x7, `images` has 2 frames of 8x6",
        ),
        (
            with("instances", zeros("instances", &[2, 8])),
            "expected [frames, width, height]",
        ),
        (
            with("images", zeros("images", &[2, 4, 8, 6])),
            "expected [frames, 3, width, height]",
        ),
        (
            with("images", zeros("images", &[1, 3, 16_385, 1])),
            "expected sides from 1 to 16384",
        ),
        (
            with("names", zeros("names", &[1, 40])),
            "expected 894 names",
        ),
    ] {
        let (_folder, path) = write(datasets);
        let error = error_of(Nyu::open(&path, None), &path);
        assert!(error.contains(expected), "{error}");
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("splits.mat");
    fs::write(&path, b"MATLAB 5.0 MAT-file").unwrap();
    error_of(Nyu::open(&path, None), &path);
    error_of(Nyu::open(folder.path(), None), folder.path());
}

#[test]
fn damage_is_an_error_that_names_the_file() {
    let (_folder, good) = write(datasets(3, 20, 12));
    let good = fs::read(good).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("damaged.mat");
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let result = Nyu::open(&path, None).and_then(|nyu| {
            (0..nyu.contents.frames.len().min(3))
                .try_for_each(|f| nyu.read(f, &nyu.contents.labels).map(drop))
        });
        result
            .map_err(|error| error_of(Err::<(), _>(error), &path))
            .is_ok()
    };
    assert!(read(&good));
    for step in 0..300 {
        assert!(!read(&good[..good.len() * step / 300]), "truncated: {step}");
    }
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut errors = 0;
    for _ in 0..3000 {
        let mut bytes = good.clone();
        for _ in 0..random.random_range(1..8) {
            let place = random.random_range(0..bytes.len());
            bytes[place] = *[0, 0xff, random.random()].choose(&mut random).unwrap();
        }
        errors += usize::from(!read(&bytes));
    }
    assert!(errors > 300, "only {errors} of 3000 were noticed");
}
