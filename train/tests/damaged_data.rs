//! Damaged files of every layout are read or lead to an error that names them, without panics and with little memory.

#![allow(clippy::unwrap_used)]

mod common;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use anyhow::Result;
use common::{
    damage::{claim_size, flipped, lengths},
    datasets::{self, Made},
    memory::{Account, Counting, measure},
};
use indicatif::ProgressBar;
use multicond::Size;
use multicond_train::data::{Dataset, Sample, inspect::check};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Maximum memory, both per allocation and in total, for reading a dataset of a few kilobytes with damaged files.
const LARGEST: usize = 64 << 20;
const MOST_HELD: usize = 256 << 20;

/// Number of random damages to each file, and the approximate number of truncations.
const FLIPS: u64 = 400;
const CUTS: usize = 40;

/// Bytes at the end of a file whose loss may have no effect.
const TAIL: usize = 16;

/// Files that refer to others, so that damage to them may lead to errors in other files.
const INDICES: [&str; 6] = [
    "classes.json",
    "dataset.json",
    "frames.toml",
    "splits.csv",
    "table.csv",
    "table.jsonl",
];

/// Opens a dataset and reads everything in it, at its original size and at another.
fn read(made: &Made) -> Result<Vec<Sample>> {
    let dataset = made.open()?;
    let small = Size {
        width: 8,
        height: 8,
    };
    let mut samples = Vec::new();
    for index in 0..dataset.frames().len() {
        samples.push(dataset.read_whole(index, dataset.labels())?);
        dataset.read(index, dataset.labels(), small)?;
    }
    Ok(samples)
}

/// The results of reading damaged files.
#[derive(Default)]
struct Trial {
    complaints: Vec<String>,
    account: Account,
}

impl Trial {
    /// Reads a dataset with a damaged file and returns whether the damage was detected.
    fn read(&mut self, made: &Made, file: &Path, damage: &str) -> bool {
        let work = || catch_unwind(AssertUnwindSafe(|| read(made).map(drop)));
        let (outcome, account) = measure(work);
        self.account = self.account.larger(account);
        let outcome = outcome.map(|result| result.map_err(|error| format!("{error:#}")));
        let mut complain = |what: String| {
            let file = file.strip_prefix(&made.root).unwrap().display();
            self.complaints.push(format!("{file} {damage}: {what}"));
        };
        if account.largest > LARGEST || account.peak > MOST_HELD {
            complain(format!("takes too much memory, {account:?}"));
        }
        match &outcome {
            Err(_) => complain("a panic".into()),
            Ok(Err(error)) if !says_where(error, file, &made.root) => {
                complain(format!("an error that does not name the file: {error}"));
            }
            _ => {}
        }
        !matches!(outcome, Ok(Ok(())))
    }

    fn end(self) {
        let shown: Vec<&String> = self.complaints.iter().take(20).collect();
        assert!(
            shown.is_empty(),
            "{} complaints, such as {shown:#?}",
            self.complaints.len()
        );
    }
}

fn says_where(error: &str, file: &Path, root: &Path) -> bool {
    let is_index = INDICES.iter().any(|index| file.ends_with(index));
    // A damaged path in a table may point anywhere.
    if is_index && error.contains("No such file") {
        return true;
    }
    // If two files differ in size, either may be the damaged one.
    let is_disagreement = error.contains("its picture is");
    // A layer with a damaged name is missing.
    let is_lost =
        error.contains("which the first frame has") || error.contains("which neither the data");
    let place = match is_index || is_disagreement || is_lost {
        true => root,
        false => file,
    };
    error.contains(&place.display().to_string())
}

/// Replaces the file instead of truncating it, after which file systems would wait for the disk.
fn replace(file: &Path, bytes: &[u8]) {
    fs::remove_file(file).unwrap();
    fs::write(file, bytes).unwrap();
}

/// Damages one file at a time, of those with one of these endings.
fn damage_each(made: &Made, endings: &[&str]) -> Trial {
    let good = read(made).unwrap();
    assert!(good.len() >= 2);
    let mut trial = Trial::default();
    let files = made.files();
    for (number, file) in files.iter().enumerate() {
        let name = file.to_string_lossy();
        if !endings.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let bytes = fs::read(file).unwrap();
        for length in lengths(bytes.len(), CUTS) {
            replace(file, &bytes[..length]);
            let is_noticed = trial.read(made, file, &format!("cut to {length} bytes"));
            if !is_noticed && length + TAIL < bytes.len() && !is_lines(file) {
                let complaint = format!("{name}: cut to {length} of {} bytes", bytes.len());
                trial
                    .complaints
                    .push(complaint + ", which was not detected");
            }
        }
        let first = number as u64 * FLIPS;
        let noticed = (first..first + FLIPS)
            .filter(|&seed| {
                replace(file, &flipped(file, &bytes, seed));
                trial.read(made, file, &format!("with damage {seed}"))
            })
            .count();
        assert!(noticed > 10, "{name}: only {noticed} of {FLIPS} noticed");
        replace(file, &bytes);
    }
    let after = read(made).unwrap();
    assert_eq!(format!("{good:?}"), format!("{after:?}"));
    trial
}

/// Whether a file is still valid without its last lines.
fn is_lines(file: &Path) -> bool {
    let extension = file.extension().unwrap();
    ["csv", "jsonl", "toml"]
        .iter()
        .any(|lines| extension == *lines)
}

const ALL: &[&str] = &[""];

#[test]
fn taskonomy() {
    damage_each(&datasets::taskonomy(), ALL).end();
}

#[test]
fn cityscapes() {
    damage_each(&datasets::cityscapes(), ALL).end();
}

#[test]
fn nyu() {
    damage_each(&datasets::nyu(), ALL).end();
}

#[test]
fn frames() {
    damage_each(&datasets::frames(datasets::BLENDERS), ALL).end();
}

#[test]
fn frames_packed_otherwise() {
    let mut all = Trial::default();
    for encoding in datasets::encodings() {
        let compression = encoding.compression;
        let trial = damage_each(&datasets::frames(encoding), &["1.exr"]);
        let complaints = trial.complaints.into_iter();
        let complaints = complaints.map(|complaint| format!("{compression}: {complaint}"));
        all.complaints.extend(complaints);
    }
    all.end();
}

#[test]
fn frames_apart() {
    damage_each(&datasets::frames_apart(), ALL).end();
}

#[test]
fn tables() {
    damage_each(&datasets::table("csv"), ALL).end();
    damage_each(&datasets::table("jsonl"), &["table.jsonl", "classes.json"]).end();
}

#[test]
fn pictures() {
    damage_each(&datasets::pictures(), ALL).end();
}

#[test]
fn prepared() {
    damage_each(&datasets::prepared(), ALL).end();
}

/// Layers are found by name, so a layer with a damaged name is missing.
#[test]
fn layers_that_are_not_there() {
    let made = datasets::frames(datasets::BLENDERS);
    let mut trial = Trial::default();
    for file in ["0.exr", "1.exr"].map(|name| made.root.join(name)) {
        let good = fs::read(&file).unwrap();
        // Keeps the alphabetical order that the format requires.
        for renamed in [
            &[("Combined.G", "Combined.H")][..],
            &[("Depth.Z", "Depti.Z")],
            &[("Normal.Z", "Normal.[")],
            &[("DiffCol.B", "DiffCol.A")],
            &[("CryptoObject00.B", "CryptoObject00.C")],
            &[("3c4/name", "3c4/namf"), ("IndexOB", "IndexOC")],
        ] {
            let mut bytes = good.clone();
            for (name, other) in renamed {
                let is_it = |part: &[u8]| part == name.as_bytes();
                let place = bytes.windows(name.len()).position(is_it).unwrap();
                bytes[place..place + name.len()].copy_from_slice(other.as_bytes());
            }
            replace(&file, &bytes);
            let (name, _) = renamed[0];
            let is_noticed = trial.read(&made, &file, &format!("without {name}"));
            // The first frame determines the labels.
            let is_no_label = file.ends_with("0.exr") && name.starts_with("DiffCol");
            // Objects that no header describes are told by the hashes of their names, but a check says so.
            let is_reported = || {
                let data = Dataset::open(&made.root).unwrap();
                let problems = check(&data, &ProgressBar::hidden()).unwrap();
                let mut messages = problems.iter().map(|problem| &problem.message);
                messages.any(|message| message.contains("header has no `cryptomatte/`"))
            };
            assert!(is_noticed || is_no_label || is_reported(), "{name}");
        }
        replace(&file, &good);
    }
    trial.end();
}

/// A small header must not lead to large allocations.
#[test]
fn headers_that_claim_a_large_picture() {
    let (pictures, apart) = (datasets::pictures(), datasets::frames_apart());
    let table = datasets::table("csv");
    let mut trial = Trial::default();
    for (made, name) in [
        (&pictures, "a.png"),
        (&pictures, "deep/b.png"),
        (&pictures, "deep/c.jpg"),
        (&apart, "0/depth.exr"),
        (&apart, "1/depth.exr"),
        (&apart, "1/classes.png"),
        (&table, "files/depth_1.npy"),
    ] {
        let file = made.root.join(name);
        let good = fs::read(&file).unwrap();
        for side in [5000, 16_384] {
            // A reader that trusts these sizes would allocate gigabytes.
            if side > 5000 && (name.ends_with("jpg") || name.ends_with("exr")) {
                continue;
            }
            replace(&file, &claim_size(&file, &good, side));
            let is_noticed = trial.read(made, &file, &format!("{side} wide"));
            if !is_noticed {
                trial
                    .complaints
                    .push(format!("{name}: read with sides of {side} pixels"));
            }
        }
        replace(&file, &good);
        read(made).unwrap();
    }
    trial.end();
}
