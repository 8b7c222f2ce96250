//! Failures of `multicond-train data prepare`: killed processes, torn files, full disks, concurrent runs. After
//! resuming, the dataset is identical to one that was prepared without interruption.

#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
#[path = "common/disk.rs"]
mod disk;
#[path = "common/work.rs"]
mod work;

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use multicond::{
    Size,
    label::{Label, LabelMap},
};
use multicond_train::data::{Dataset, OpenOptions, Storage};
use work::{assert_same, copy, fails, length, manifest, names, quick, slow, succeeds, unfinished};

/// Waits until the process has written so many bytes of records.
fn wait_for(child: &mut Child, destination: &Path, bytes: u64) {
    let start = Instant::now();
    let left = unfinished(destination);
    while !left.join("plan.json").exists() || length(&left.join("samples.bin")) < bytes {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the process has finished"
        );
        assert!(start.elapsed() < Duration::from_secs(60), "timed out");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_killed_process_is_resumed() {
    let work = slow();
    let whole = work.whole();
    let record = manifest(&whole).record_bytes as u64;
    let destination = work.destination("made");
    let mut before = 0;
    for frames in [0, 2, 9, 10, 27] {
        let mut child = work
            .command(&destination)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(&mut child, &destination, frames * record);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!destination.exists());
        let done = length(&unfinished(&destination).join("samples.bin")) / record;
        assert!((frames..u64::from(work.frames)).contains(&done), "{done}");
        // The last record may lack its line.
        let certain = done.saturating_sub(1).max(before);
        for frame in before..certain {
            fs::write(work.file(frame as u32, "rgb"), "read again").unwrap();
        }
        before = certain;
    }
    assert!(before >= 26);
    succeeds(work.prepare(&destination));
    assert_same(&destination, &whole);
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 1;
    bytes
}

#[test]
fn torn_records_are_written_again() {
    let work = quick();
    let whole = work.whole();
    let record = manifest(&whole).record_bytes;
    let torn = work.destination("torn");
    work.stopped(&torn, 8);
    let left = unfinished(&torn);
    let records = fs::read(left.join("samples.bin")).unwrap();
    let lines = fs::read(left.join("done.txt")).unwrap();
    assert_eq!(records.len(), 8 * record);
    assert_eq!(lines.iter().filter(|&&byte| byte == b'\n').count(), 8);
    let ends: Vec<usize> = (0..lines.len()).filter(|&at| lines[at] == b'\n').collect();

    let cut = |bytes: &[u8], length: usize| bytes[..length].to_vec();
    let grown = |bytes: &[u8], tail: &[u8]| [bytes, tail].concat();
    let records_cut =
        [0, 1, 5 * record - 1, 5 * record, 5 * record + 1].map(|at| cut(&records, at));
    let records_flipped =
        [0, 3 * record + 77, 8 * record - 1].map(|place| flipped(&records, place));
    let records_grown = [grown(&records, b"the start of another")];
    let lines_cut = [
        0,
        ends[4],
        ends[4] + 1,
        ends[4] + 2,
        lines.len() - 1,
        lines.len() - 2,
    ]
    .map(|at| cut(&lines, at));
    let lines_grown = [
        &b"1234abcd {\"name\":\"point_0_v"[..],
        &[0; 4096],
        b"\n\n\xff\xfe",
    ]
    .map(|tail| grown(&lines, tail));
    let torn_records = records_cut
        .into_iter()
        .chain(records_flipped)
        .chain(records_grown);
    let torn_lines = lines_cut.into_iter().chain(lines_grown);
    let tears = torn_records
        .map(|bytes| ("samples.bin", bytes))
        .chain(torn_lines.map(|bytes| ("done.txt", bytes)));
    for (number, (name, bytes)) in tears.enumerate() {
        let destination = work.destination(&format!("made{number}"));
        copy(&left, &unfinished(&destination));
        fs::write(unfinished(&destination).join(name), bytes).unwrap();
        // Resumed twice, to check the state after the repair, too.
        work.stopped(&destination, 10);
        let done = length(&unfinished(&destination).join("samples.bin"));
        assert_eq!(done, 10 * record as u64, "{name}, tear {number}");
        succeeds(work.prepare(&destination));
        assert_same(&destination, &whole);
    }
    // Damage at any position of a line.
    let mut undetected = Vec::new();
    for place in (ends[2] + 1..=ends[3]).step_by(2) {
        let destination = work.destination(&format!("flipped{place}"));
        copy(&left, &unfinished(&destination));
        let torn = flipped(&lines, place);
        fs::write(unfinished(&destination).join("done.txt"), &torn).unwrap();
        succeeds(work.prepare(&destination));
        let made = fs::read(destination.join("dataset.json")).unwrap();
        if made != fs::read(whole.join("dataset.json")).unwrap() {
            let line = &torn[ends[2] + 1..ends[3]];
            undetected.push(String::from_utf8_lossy(line).into_owned());
        }
    }
    assert!(undetected.is_empty(), "accepted: {undetected:#?}");
    for name in ["samples.bin", "done.txt", "plan.json"] {
        let destination = work.destination(&format!("without {name}"));
        copy(&left, &unfinished(&destination));
        fs::remove_file(unfinished(&destination).join(name)).unwrap();
        succeeds(work.prepare(&destination));
        assert_same(&destination, &whole);
    }
}

#[test]
fn interrupted_at_the_very_end() {
    let work = quick();
    let whole = work.whole();
    let destination = work.destination("made");
    work.stopped(&destination, 11);
    let left = unfinished(&destination);
    let renamed = work.destination("renamed");
    copy(&whole, &renamed);
    for name in ["plan.json", "done.txt"] {
        fs::copy(left.join(name), renamed.join(name)).unwrap();
    }
    // It is renamed already, so it is complete, whatever other files it has.
    let dataset = Dataset::open(&renamed).unwrap();
    assert_eq!(dataset.frames().len(), 12);
    dataset.read_whole(11, dataset.labels()).unwrap();
    assert!(fails(work.prepare(&renamed)).contains("exists already"));

    // It has its manifest but is not renamed yet.
    fs::copy(whole.join("dataset.json"), left.join("dataset.json")).unwrap();
    // A temporary file was not renamed yet.
    fs::write(left.join(".multicond-a1B2c3"), "{").unwrap();
    succeeds(work.prepare(&destination));
    assert_same(&destination, &whole);
    assert!(!destination.join(".multicond-a1B2c3").exists());
}

#[test]
fn a_damaged_frame_stops_it_and_can_be_repaired() {
    let work = quick();
    let whole = work.whole();
    let record = manifest(&whole).record_bytes as u64;
    for (number, (frame, domain)) in [(0, "rgb"), (5, "normal"), (11, "point_info")]
        .into_iter()
        .enumerate()
    {
        let destination = work.destination(&format!("made{number}"));
        let mut file = work.file(frame, domain);
        if domain == "point_info" {
            file.set_extension("json");
        }
        let good = fs::read(&file).unwrap();
        fs::write(&file, &good[..good.len() / 2]).unwrap();
        for _ in 0..2 {
            let error = fails(work.prepare(&destination));
            assert!(error.contains(&file.display().to_string()), "{error}");
            let left = unfinished(&destination).join("samples.bin");
            assert_eq!(length(&left), u64::from(frame) * record);
        }
        fs::write(&file, &good).unwrap();
        succeeds(work.prepare(&destination));
        assert_same(&destination, &whole);
    }
}

#[test]
fn other_arguments_are_rejected() {
    let work = quick();
    let whole = work.whole();
    let destination = work.destination("made");
    work.stopped(&destination, 4);
    let left = unfinished(&destination);
    let state = || -> Vec<(String, Vec<u8>)> {
        let read = |name: String| (name.clone(), fs::read(left.join(name)).unwrap());
        names(&left).into_iter().map(read).collect()
    };
    let before = state();
    let list = work.destination("list.txt");
    fs::write(&list, "point_0_view_0\npoint_0_view_1\n").unwrap();
    let list = list.display().to_string();
    for other in [
        ["--labels", "depth"],
        ["--labels", "normals,depth,semantics,albedo"],
        ["--derive", "edges=canny"],
        ["--derive", "normals=depth"],
        ["--frames", &list],
    ] {
        let output = work.command(&destination).args(other).output().unwrap();
        let error = fails(output);
        assert!(error.contains("an earlier attempt with other"), "{error}");
        assert!(error.contains(&left.display().to_string()), "{error}");
        assert!(state() == before, "{other:?} changed something");
    }
    let error = fails(
        work.command_of_size(&destination, (24, 16))
            .output()
            .unwrap(),
    );
    assert!(error.contains("an earlier attempt with other"), "{error}");
    assert!(state() == before);
    succeeds(work.prepare(&destination));
    assert_same(&destination, &whole);
}

#[test]
fn nothing_is_overwritten() {
    let work = quick();
    let whole = work.whole();
    let samples = fs::read(whole.join("samples.bin")).unwrap();
    let file = work.destination("file");
    fs::write(&file, "precious").unwrap();
    let folder = work.destination("folder");
    fs::create_dir(&folder).unwrap();
    for destination in [&whole, &file, &folder] {
        let error = fails(work.prepare(destination));
        let expected = format!("{}: exists already", destination.display());
        assert!(error.contains(&expected), "{error}");
        assert!(!unfinished(destination).exists());
    }
    assert!(fs::read(whole.join("samples.bin")).unwrap() == samples);
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    assert!(names(&folder).is_empty());
}

#[test]
fn two_at_once() {
    let work = slow();
    let destination = work.destination("made");
    let mut first = work
        .command(&destination)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&mut first, &destination, 1);
    let error = fails(work.prepare(&destination));
    assert!(error.contains("another process is preparing it"), "{error}");
    assert!(error.contains(&unfinished(&destination).display().to_string()));
    assert!(first.wait().unwrap().success());
    assert_same(&destination, &work.whole());
}

/// Writing fails in the middle of a record because of a limit on the file size, as on a full disk.
#[cfg(unix)]
#[test]
fn a_file_size_limit() {
    let work = quick();
    let whole = work.whole();
    let record = manifest(&whole).record_bytes as u64;
    let destination = work.destination("made");
    let left = unfinished(&destination);
    // `ulimit` counts blocks of 512 bytes in some shells and of 1024 in others.
    for blocks in [5 * record / 1024 + 1, 9 * record / 1024 + 1] {
        let program = work.command(&destination);
        let mut limited = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        limited.args(["-c", &script, "sh"]);
        limited.arg(program.get_program()).args(program.get_args());
        let error = fails(limited.output().unwrap());
        let done = fs::read_to_string(left.join("done.txt")).unwrap();
        let done = done.lines().count();
        assert!((1..12).contains(&done), "{done}");
        let kept = format!("{done} frames are finished and kept; run the same command");
        assert!(error.contains(&kept), "{error}");
        assert!(error.contains(&left.display().to_string()), "{error}");
        assert!(!destination.exists());
        assert_ne!(length(&left.join("samples.bin")) % record, 0);
    }
    succeeds(work.prepare(&destination));
    assert_same(&destination, &whole);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let work = quick();
    let whole = work.whole();
    let record = manifest(&whole).record_bytes as u64;
    let Some(disk) = disk::Disk::mount(5 * record + 16_384) else {
        eprintln!("SKIPPED: a_full_disk mounts a tmpfs, which only root can do");
        return;
    };
    let destination = disk.folder().join("made");
    let mut done = 0;
    for _ in 0..2 {
        let error = fails(work.prepare(&destination));
        assert!(error.contains("frames are finished and kept"), "{error}");
        assert!(error.contains("No space left"), "{error}");
        assert!(!destination.exists());
        let lines = fs::read_to_string(unfinished(&destination).join("done.txt")).unwrap();
        let now = lines.lines().count();
        assert!((1..12).contains(&now) && now >= done, "{now} after {done}");
        done = now;
    }
    disk.grow(100 * record);
    succeeds(work.prepare(&destination));
    assert_same(&destination, &whole);
}

/// How far a stored value may be from the one that was stored.
fn tolerance(storage: Storage, label: &Label, scale: f32, value: f32) -> f32 {
    let direction = label.is_direction();
    match storage {
        // Half floats have eleven bits; normalising directions changes all components.
        Storage::F16 if direction => 2.0 / 2048.0,
        Storage::F16 => value.abs() / 2048.0 + 1e-6,
        // Directions are normalised before and after they are stored.
        _ if direction => 1.5 * scale,
        _ => 1e-6,
    }
}

fn assert_reads_the_same(source: &Dataset, prepared: &Path, size: Size) {
    let manifest = manifest(prepared);
    let prepared = Dataset::open(prepared).unwrap();
    assert_eq!(prepared.frames(), source.frames());
    let labels = prepared.labels();
    for index in 0..source.frames().len() {
        let expected = source.read(index, labels, size).unwrap();
        let found = prepared.read(index, labels, size).unwrap();
        assert_eq!(found.name, expected.name);
        assert!(found.picture == expected.picture);
        assert_eq!(found.instances, expected.instances);
        assert_eq!(found.camera, expected.camera);
        assert_eq!(found.labels.len(), manifest.columns.len());
        for ((found, expected), column) in found
            .labels
            .iter()
            .zip(&expected.labels)
            .zip(&manifest.columns)
        {
            let name = &column.label.name;
            match (found, expected) {
                (LabelMap::Classes(found), LabelMap::Classes(expected)) => {
                    assert_eq!(found, expected, "{name}");
                }
                (LabelMap::Values(found), LabelMap::Values(expected)) => {
                    let scale = column.label.png.map_or(0.0, |code| code.scale);
                    let mut known = 0;
                    assert_eq!(found.dim(), expected.dim());
                    for (&found, &expected) in found.iter().zip(expected) {
                        let most = tolerance(column.storage, &column.label, scale, expected);
                        let is_same = (found - expected).abs() <= most;
                        let both_missing = found.is_nan() && expected.is_nan();
                        assert!(is_same || both_missing, "{name}: {found}, not {expected}");
                        known += usize::from(is_same);
                    }
                    assert!(known > 0, "{name}");
                }
                _ => panic!("{name} has become another kind"),
            }
        }
    }
}

#[test]
fn prepared_data_reads_like_its_source() {
    let work = quick();
    let source = Dataset::open(&work.source()).unwrap();
    let size = Size {
        width: 48,
        height: 32,
    };
    let whole = work.whole();
    assert_eq!(source.labels().len(), 4);
    assert_eq!(manifest(&whole).columns.len(), 4);
    assert_reads_the_same(&source, &whole, size);

    let some = work.destination("some");
    let mut command = work.command(&some);
    succeeds(
        command
            .args(["--labels", "normals,semantics"])
            .output()
            .unwrap(),
    );
    let names: Vec<String> = manifest(&some)
        .columns
        .into_iter()
        .map(|column| column.label.name)
        .collect();
    assert_eq!(names, ["normals", "semantics"]);
    assert_reads_the_same(&source, &some, size);

    let smaller = Size {
        width: 24,
        height: 16,
    };
    let small = work.destination("small");
    let mut command = work.command_of_size(&small, (24, 16));
    succeeds(command.output().unwrap());
    let (prepared, labels) = (Dataset::open(&small).unwrap(), source.labels());
    let (found, expected) = (
        prepared.read(3, labels, smaller).unwrap(),
        source.read(3, labels, smaller).unwrap(),
    );
    // Scaled pictures are not multiples of 1/255 any more.
    for (found, expected) in found.picture.iter().zip(&expected.picture) {
        assert!((found - expected).abs() <= 0.5 / 255.0 + 1e-6);
    }
    assert_eq!(found.instances, expected.instances);
    assert_eq!(found.labels[0], expected.labels[0]);
}

#[test]
fn derived_labels_are_kept() {
    let work = quick();
    let derive = ["normals=depth", "curvature=depth", "edges=texture"];
    let options = OpenOptions {
        derive: derive.iter().map(|text| text.parse().unwrap()).collect(),
        ..OpenOptions::default()
    };
    let source = Dataset::open_with(&work.source(), &options).unwrap();
    let destination = work.destination("made");
    let mut command = work.command(&destination);
    command.args(derive.iter().flat_map(|text| ["--derive", *text]));
    succeeds(command.output().unwrap());
    let manifest = manifest(&destination);
    assert_eq!(manifest.derived, derive);
    let halves = manifest
        .columns
        .iter()
        .filter(|column| column.storage == Storage::F16);
    assert_eq!(halves.count(), 3);
    let (width, height) = (48, 32);
    assert_reads_the_same(&source, &destination, Size { width, height });
}

#[test]
fn damaged_records_are_named() {
    let work = quick();
    let whole = work.whole();
    let manifest = manifest(&whole);
    let records = whole.join("samples.bin");
    let good = fs::read(&records).unwrap();
    for (frame, place) in [(0, 0), (5, 100), (11, manifest.record_bytes - 1)] {
        let mut bytes = good.clone();
        bytes[frame * manifest.record_bytes + place] ^= 0x10;
        fs::remove_file(&records).unwrap();
        fs::write(&records, bytes).unwrap();
        let dataset = Dataset::open(&whole).unwrap();
        for (index, name) in dataset.frames().iter().enumerate() {
            // Twice, because a damaged record must be reported every time.
            for _ in 0..2 {
                match dataset.read_whole(index, dataset.labels()) {
                    Ok(_) => assert_ne!(index, frame),
                    Err(error) => {
                        assert_eq!(index, frame);
                        let error = format!("{error:#}");
                        assert!(error.contains(&records.display().to_string()), "{error}");
                        assert!(error.contains(&format!("`{name}`")), "{error}");
                    }
                }
            }
        }
    }
}
