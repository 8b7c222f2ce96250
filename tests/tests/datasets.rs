//! Reads datasets of every layout, written by other libraries (`reference/datasets`), and compares them with
//! the known contents, both directly and after preparing them.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use indicatif::ProgressBar;
use multicond::{
    Size,
    label::{Label, LabelMap},
};
use multicond_test_support::require;
use multicond_tests::random::Random;
use multicond_train::data::{
    Dataset, Format, Intrinsics, OpenOptions, PrepareOptions, Sample, Storage, prepare,
};
use ndarray::{ArrayView3, s};
use serde::Deserialize;
use tempfile::TempDir;

/// A dataset and its known contents.
#[derive(Deserialize)]
struct Truth {
    path: PathBuf,
    format: String,
    /// The number of classes to select.
    classes: Option<usize>,
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    name: String,
    split: Option<String>,
    width: usize,
    height: usize,
    /// RGB planes, with a tolerance in steps of 1/255.
    picture: Vec<u8>,
    picture_tolerance: f32,
    labels: BTreeMap<String, Map>,
    instances: Option<Vec<i32>>,
    camera: Option<[f32; 4]>,
}

/// A label's values, `None` where it is missing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Map {
    Classes {
        names: Vec<Option<String>>,
        classes: usize,
    },
    Values {
        values: Vec<Option<f32>>,
        tolerance: Vec<f32>,
        channels: usize,
    },
}

/// Writes the datasets of a layout.
fn write(layout: &str) -> Option<(TempDir, Vec<Truth>)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/datasets");
    let folder = TempDir::new().unwrap();
    let output = Command::new(require::python()?)
        .arg("-B")
        .arg(script)
        .arg(layout)
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = fs::read_to_string(folder.path().join("truth.json")).unwrap();
    Some((folder, serde_json::from_str(&text).unwrap()))
}

/// Runs all checks on all datasets of a layout.
fn check(layout: &str) {
    let Some((folder, truths)) = write(layout) else {
        return;
    };
    for truth in &truths {
        check_splits(folder.path(), truth);
        check_chosen_frames(folder.path(), truth);
        let recognised = open(folder.path(), truth, None, "all");
        assert_eq!(recognised.parts()[0].format(), format(truth));
        check_samples(&recognised, truth, &|_, _| 0.0);
        let named = open(folder.path(), truth, Some(format(truth)), "all");
        check_samples(&named, truth, &|_, _| 0.0);
        check_prepared(folder.path(), &recognised, truth);
    }
}

fn format(truth: &Truth) -> Format {
    match truth.format.as_str() {
        "taskonomy" => Format::Taskonomy,
        "cityscapes" => Format::Cityscapes,
        "nyu" => Format::Nyu,
        "frames" => Format::Frames,
        "table" => Format::Table,
        "pictures" => Format::Pictures,
        other => panic!("format {other}"),
    }
}

fn open(folder: &Path, truth: &Truth, format: Option<Format>, split: &str) -> Dataset {
    let options = OpenOptions {
        format,
        split: Some(split.into()),
        classes: truth.classes,
        ..OpenOptions::default()
    };
    Dataset::open_with(&folder.join(&truth.path), &options).unwrap()
}

/// A dataset with splits requires a split to be chosen, and each split has its frames.
fn check_splits(folder: &Path, truth: &Truth) {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for frame in &truth.frames {
        if let Some(split) = &frame.split {
            parts.entry(split).or_default().push(&frame.name);
        }
    }
    let without = Dataset::open(&folder.join(&truth.path));
    assert_eq!(without.is_err(), parts.len() > 1);
    for (split, frames) in parts {
        assert_eq!(open(folder, truth, None, split).frames(), frames);
    }
}

/// A list of frames selects those frames, in the order of the list.
fn check_chosen_frames(folder: &Path, truth: &Truth) {
    let names = truth.frames.iter().rev().map(|frame| &*frame.name);
    let names: Vec<&str> = names.take(2).collect();
    let list = folder.join("frames.txt");
    fs::write(&list, names.join("\n")).unwrap();
    let options = OpenOptions {
        split: Some("all".into()),
        frames: Some(list),
        ..OpenOptions::default()
    };
    let dataset = Dataset::open_with(&folder.join(&truth.path), &options).unwrap();
    assert_eq!(dataset.frames(), names);
    let sample = dataset.read_whole(0, &[]).unwrap();
    check_picture(
        &sample,
        &truth.frames[truth.frames.len() - 1],
        false,
        "chosen",
    );
}

/// Additional tolerance for a value of a label.
type Slack<'a> = &'a dyn Fn(&Label, f32) -> f32;

fn check_samples(dataset: &Dataset, truth: &Truth, slack: Slack<'_>) {
    let names: Vec<&str> = truth.frames.iter().map(|frame| &*frame.name).collect();
    assert_eq!(dataset.frames(), names);
    for (index, frame) in truth.frames.iter().enumerate() {
        let sample = dataset.read_whole(index, dataset.labels()).unwrap();
        let place = format!("{}: {}", truth.path.display(), frame.name);
        assert_eq!(sample.name, frame.name);
        let is_prepared = dataset.parts()[0].format() == Format::Prepared;
        check_picture(&sample, frame, is_prepared, &place);
        assert_eq!(dataset.labels().len(), frame.labels.len(), "{place}");
        for (label, map) in dataset.labels().iter().zip(&sample.labels) {
            let place = format!("{place}: {}", label.name);
            let known = frame.labels.get(&label.name).expect(&place);
            check_map(label, map, known, slack, &place);
        }
        check_instances(&sample, frame, is_prepared, &place);
        if !is_prepared {
            check_camera(sample.camera, frame.camera, &place);
        }
    }
}

fn check_picture(sample: &Sample, frame: &Frame, is_prepared: bool, place: &str) {
    assert_eq!(sample.picture.dim(), (3, frame.height, frame.width));
    let mut allowed = frame.picture_tolerance + 1e-3;
    if is_prepared && frame.picture_tolerance > 0.0 {
        // Prepared pictures are rounded to integers.
        allowed += 0.5;
    }
    for (found, expected) in sample.picture.iter().zip(&frame.picture) {
        let off = (found * 255.0 - f32::from(*expected)).abs();
        assert!(off <= allowed, "{place}: picture {off} off");
    }
}

fn check_map(label: &Label, map: &LabelMap, known: &Map, slack: Slack<'_>, place: &str) {
    match (map, known) {
        (LabelMap::Classes(ids), Map::Classes { names, classes }) => {
            let all = label.classes().unwrap();
            assert_eq!((all.len(), ids.len()), (*classes, names.len()), "{place}");
            for (pixel, (id, expected)) in ids.iter().zip(names).enumerate() {
                let found = usize::try_from(*id).ok().and_then(|id| all.get(id));
                assert_eq!(found, expected.as_ref(), "{place}: pixel {pixel}");
            }
        }
        (
            LabelMap::Values(found),
            Map::Values {
                values,
                tolerance,
                channels,
            },
        ) => {
            assert_eq!((found.dim().0, found.len()), (*channels, values.len()));
            let expected = values.iter().zip(tolerance);
            for (number, (&found, (&expected, tolerance))) in found.iter().zip(expected).enumerate()
            {
                let Some(expected) = expected else {
                    assert!(found.is_nan(), "{place}: {number}: {found} for nothing");
                    continue;
                };
                let off = (found - expected).abs();
                let allowed = tolerance + slack(label, expected);
                assert!(
                    off <= allowed,
                    "{place}: {number}: {found} for {expected}, {off} off, {allowed} allowed"
                );
            }
        }
        _ => panic!("{place}: classes for values or values for classes"),
    }
}

/// Preparing may renumber objects, but must keep them apart.
fn check_instances(sample: &Sample, frame: &Frame, is_prepared: bool, place: &str) {
    let (Some(found), Some(expected)) = (&sample.instances, &frame.instances) else {
        assert_eq!(sample.instances.is_some(), frame.instances.is_some());
        return;
    };
    let numbers: Vec<i32> = found.iter().copied().collect();
    let fit = expected.iter().all(|&number| u16::try_from(number).is_ok());
    if fit || !is_prepared {
        assert_eq!(&numbers, expected, "{place}");
        return;
    }
    let (mut there, mut back) = (HashMap::from([(0, 0)]), HashMap::from([(0, 0)]));
    for (&number, &expected) in numbers.iter().zip(expected) {
        assert_eq!(*there.entry(expected).or_insert(number), number, "{place}");
        assert_eq!(*back.entry(number).or_insert(expected), expected, "{place}");
    }
}

fn check_camera(found: Option<Intrinsics>, expected: Option<[f32; 4]>, place: &str) {
    let found = found.map(|camera| [camera.fx, camera.fy, camera.cx, camera.cy]);
    let (Some(found), Some(expected)) = (found, expected) else {
        assert_eq!(found, expected, "{place}: camera");
        return;
    };
    for (found, expected) in found.iter().zip(expected) {
        let off = (found - expected).abs() / expected;
        assert!(off < 1e-5, "{place}: {found} for {expected}");
    }
}

/// A dataset prepared at its original size has the same contents, except for rounding.
fn check_prepared(folder: &Path, dataset: &Dataset, truth: &Truth) {
    let Frame { width, height, .. } = truth.frames[0];
    let options = PrepareOptions {
        size: Some(Size { width, height }),
        ..PrepareOptions::default()
    };
    let destination = TempDir::new_in(folder).unwrap();
    let destination = destination.path().join("prepared");
    let manifest = prepare(dataset, &destination, &options, &ProgressBar::hidden()).unwrap();
    let storage: HashMap<String, Storage> = manifest
        .columns
        .iter()
        .map(|column| (column.label.name.clone(), column.storage))
        .collect();
    let slack = |label: &Label, value: f32| match (storage[&label.name], &label.png) {
        // Of a vector each component is off by its own rounding, then all of them by the length's.
        (Storage::F16, _) if label.is_direction() => 1.0 / 2048.0,
        (Storage::F16, _) => value.abs() / 2048.0,
        // Unit length takes vectors off the numbers of the code.
        (_, Some(code)) if label.is_direction() => 0.5 * code.scale * 3f32.sqrt(),
        _ => 0.0,
    };
    for format in [None, Some(Format::Prepared)] {
        let options = OpenOptions {
            format,
            ..OpenOptions::default()
        };
        let prepared = Dataset::open_with(&destination, &options).unwrap();
        assert_eq!(prepared.parts()[0].format(), Format::Prepared);
        assert_eq!(prepared.labels(), dataset.labels());
        check_samples(&prepared, truth, &slack);
    }
}

#[test]
fn taskonomy() {
    check("taskonomy");
}

/// In the dataset's archives, camera files are named `domain_fixatedpose`.
#[test]
fn taskonomy_cameras_of_the_original() {
    check("taskonomy_camera");
}

#[test]
fn cityscapes() {
    check("cityscapes");
}

#[test]
fn nyu() {
    check("nyu");
}

#[test]
fn blender_frames() {
    check("blender");
}

/// Blender's manifests hold hashes and its pictures floats, but some hashes cannot be floats.
#[test]
fn blender_objects_whose_hash_is_no_float() {
    check("blender_flipped");
}

#[test]
fn unreal_frames() {
    check("unreal");
}

#[test]
fn unity_frames() {
    check("unity");
}

#[test]
fn unity_solo() {
    check("unity_solo");
}

#[test]
fn blender_5_frames() {
    check("blender5");
}

/// Depth is `Z` beside the picture, with every value that means nothing.
#[test]
fn arnold_frames() {
    check("arnold");
}

/// Data windows that differ from the display window.
#[test]
fn frames_with_windows() {
    check("windows");
}

/// Cryptomattes without a manifest or a header, and with a manifest in a file.
#[test]
fn frames_with_mattes() {
    check("mattes");
}

#[test]
fn tables() {
    check("table");
}

/// The code of edges has no number for missing values.
#[test]
fn tables_that_lack_edges() {
    check("table_edges");
}

#[test]
fn pictures() {
    check("pictures");
}

#[test]
fn pictures_in_a_folder_that_taskonomy_has_too() {
    check("pictures_in_rgb");
}

/// Frames read at a smaller size are centre-cropped, labels take every second pixel, and cameras are adapted.
#[test]
fn smaller_pictures_show_the_middle() {
    let Some((folder, truths)) = write("taskonomy") else {
        return;
    };
    let dataset = open(folder.path(), &truths[0], None, "all");
    let labels = dataset.labels();
    let whole = dataset.read_whole(0, labels).unwrap();
    let (width, height) = (12, 12);
    let half = dataset.read(0, labels, Size { width, height }).unwrap();
    // 24 of 40 columns are kept, starting with the eighth; the pixel at a new pixel's centre is used.
    let part = s![1..24;2, 9..32;2];
    let parts = s![.., 1..24;2, 9..32;2];
    for (half, whole) in half.labels.iter().zip(&whole.labels) {
        match (half, whole) {
            (LabelMap::Classes(half), LabelMap::Classes(whole)) => {
                assert_eq!(half, whole.slice(part));
            }
            (LabelMap::Values(half), LabelMap::Values(whole)) => {
                let pairs = half.iter().zip(whole.slice(parts));
                pairs.for_each(|(half, whole)| assert_eq!(half.to_bits(), whole.to_bits()));
            }
            _ => panic!("another kind of label"),
        }
    }
    let instances = [&half, &whole].map(|sample| sample.instances.clone().unwrap());
    assert_eq!(instances[0], instances[1].slice(part));
    let cameras = [&half, &whole].map(|sample| sample.camera.unwrap());
    let focal = cameras[1].fx / 2.0;
    check_camera(Some(cameras[0]), Some([focal, focal, 6.0, 6.0]), "half");
    // Pictures are filtered, so values are only close.
    let average = |picture: ArrayView3<'_, f32>| picture.mean().unwrap();
    let kept = whole.picture.slice(s![.., .., 8..32]);
    assert!((average(half.picture.view()) - average(kept)).abs() < 0.01);
}

/// The camera is that of the whole picture, relative to the corner of the first pixel.
#[test]
fn nyu_at_its_own_size_has_a_camera() {
    let Some((folder, _)) = write("nyu") else {
        return;
    };
    let dataset = Dataset::open(&folder.path().join("whole.mat")).unwrap();
    let sample = dataset.read_whole(0, dataset.labels()).unwrap();
    let expected = [518.857_9, 519.469_6, 325.082_45, 253.236_17];
    check_camera(sample.camera, Some(expected), "whole.mat");
}

fn damaged(bytes: &[u8]) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("damaged.mat");
    fs::write(&path, bytes).unwrap();
    let read = || {
        let options = OpenOptions {
            split: Some("all".into()),
            ..OpenOptions::default()
        };
        let dataset = Dataset::open_with(&path, &options)?;
        for frame in 0..dataset.frames().len().min(4) {
            dataset.read_whole(frame, dataset.labels())?;
        }
        anyhow::Ok(())
    };
    read().map_err(|error| {
        let text = format!("{error:#}");
        assert!(text.contains(&path.display().to_string()), "{text}");
        text
    })
}

fn nyu_bytes() -> Option<Vec<u8>> {
    let (folder, _) = write("nyu")?;
    Some(fs::read(folder.path().join("nyu/nyu_depth_v2_labeled.mat")).unwrap())
}

/// Each side alone is valid, but the frame would be too large, and is rejected before it is allocated. The format has
/// no checksums that could detect this.
#[test]
fn an_absurd_nyu_frame_is_an_error() {
    let Some(mut bytes) = nyu_bytes() else {
        return;
    };
    let sides = |width: u64, height: u64| [width.to_le_bytes(), height.to_le_bytes()].concat();
    let (old, new) = (sides(64, 48), sides(16_384, 16_384));
    let mut patched = 0;
    for place in 0..bytes.len() - old.len() {
        if bytes[place..].starts_with(&old) {
            bytes[place..place + new.len()].copy_from_slice(&new);
            patched += 1;
        }
    }
    assert!(patched >= 5, "{patched} of 5 datasets");
    let error = damaged(&bytes).unwrap_err();
    assert!(error.contains("limit"), "{error}");
}

#[test]
fn damage_to_an_nyu_file_is_an_error_that_names_it() {
    let Some(good) = nyu_bytes() else {
        return;
    };
    damaged(&good).unwrap();
    for step in 0..100 {
        let cut = &good[..good.len() * step / 100];
        assert!(damaged(cut).is_err(), "cut to {step} %");
    }
    let mut random = Random::new(7);
    let mut errors = 0;
    for _ in 0..600 {
        let mut bytes = good.clone();
        for _ in 0..1 + random.below(7) {
            // Half of them in the headers and trees.
            let end = [bytes.len(), 16_384][random.below(2)];
            let place = random.below(end);
            bytes[place] = [0, 0xff, random.bits() as u8][random.below(3)];
        }
        errors += usize::from(damaged(&bytes).is_err());
    }
    println!("{errors} of 600 were detected");
    assert!(errors > 100, "only {errors} of 600 were detected");
}
