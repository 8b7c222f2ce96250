//! Tests of the reports of a run: the HTML page of `multicond-train report`, and TensorBoard event files.

#![allow(clippy::unwrap_used)] // Clippy exempts test functions only, not their helpers.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use multicond_train::training::{LogLine, read_log};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs the command. Returns its exit code, and its standard output or, if it failed, its standard error.
fn command(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_multicond-train"))
        .args(arguments)
        .output()
        .unwrap();
    let text = if output.status.success() {
        output.stdout
    } else {
        output.stderr
    };
    let code = output.status.code().unwrap();
    (code, String::from_utf8(text).unwrap())
}

fn succeeds(arguments: &[&str]) -> String {
    let (code, text) = command(arguments);
    assert_eq!(code, 0, "{arguments:?}: {text}");
    text
}

/// A folder for runs.
struct Work(TempDir);

impl Work {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The folder of the run, as an argument.
    fn run(&self) -> String {
        self.path("run").to_str().unwrap().into()
    }

    /// Writes a log with so many lines, ten steps apart, of which the first half is warm-up.
    fn write_log(&self, lines: u64) {
        let line = |number: u64| {
            let adversarial = f64::from(u8::from(2 * number > lines));
            let line = json!({
                "step": 10 * number, "epoch": number / 4, "rate": 1.0,
                "seconds_per_step": 0.25, "waiting": 0.5,
                "generator": {
                    "adversarial": adversarial * 0.5, "feature_matching": adversarial * (2.0 - number as f64 / 100.0),
                    "perceptual": 0.0, "pixel": 1.0 / number as f64
                },
                "discriminator": {"real": adversarial * 0.75, "fake": adversarial}
            });
            format!("{line}\n")
        };
        fs::create_dir_all(self.path("run")).unwrap();
        let log: String = (1..=lines).map(line).collect();
        fs::write(self.path("run/log.jsonl"), log).unwrap();
    }

    /// Copies the example's checkpoint to the run, with another name.
    fn write_checkpoint(&self, name: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rooms/checkpoint");
        let to = self.path("run/checkpoints/step_00002000");
        fs::create_dir_all(&to).unwrap();
        let config = fs::read_to_string(from.join("config.toml")).unwrap();
        let named = config.replacen(r#"name = "rooms""#, &format!("name = '{name}'"), 1);
        assert_ne!(named, config);
        fs::write(to.join("config.toml"), named).unwrap();
        fs::copy(from.join("progress.toml"), to.join("progress.toml")).unwrap();
    }

    fn write_sheet(&self, step: u64, width: u32) {
        fs::create_dir_all(self.path("run/samples")).unwrap();
        let path = self.path(&format!("run/samples/step_{step:08}.png"));
        let colour = |x: u32, y: u32| Rgb([x as u8, y as u8, step as u8]);
        RgbImage::from_fn(width, width / 2, colour)
            .save(path)
            .unwrap();
    }

    fn page(&self) -> String {
        let page = self.path("report.html");
        succeeds(&["report", &self.run(), "-o", page.to_str().unwrap()]);
        fs::read_to_string(page).unwrap()
    }

    fn summary(&self) -> Value {
        serde_json::from_str(&succeeds(&["report", &self.run(), "--json"])).unwrap()
    }

    /// The error of a failed report; the existing page must be unchanged.
    fn rejection(&self) -> String {
        let page = self.path("report.html");
        fs::write(&page, "older").unwrap();
        let (code, text) = command(&["report", &self.run(), "-o", page.to_str().unwrap()]);
        assert_eq!(code, 2, "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert_eq!(fs::read_to_string(page).unwrap(), "older");
        text
    }
}

#[test]
fn a_page_shows_numbers_curves_samples_and_configuration() {
    let work = Work::new();
    work.write_log(200);
    work.write_checkpoint("bed & <b>breakfast</b>");
    (1..=9).for_each(|number| work.write_sheet(250 * number, 64));
    let page = work.page();

    let count = |text: &str| page.matches(text).count();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    // This log has no perceptual loss: three charts for the generator, one for the discriminator, one for the rate.
    assert_eq!(count("<svg "), 5);
    assert!(!page.contains("Generator: perceptual") && page.contains("Generator: pixel"));
    assert_eq!(count("src=\"data:image/png;base64,"), 6);
    for step in [250, 2250] {
        assert!(page.contains(&format!("Step {step}<")), "{step}");
    }
    assert!(page.contains("<h1>bed &amp; &lt;b&gt;breakfast&lt;/b&gt;</h1>"));
    assert!(page.contains("rooms/train (950 frames)") && page.contains("[training.schedule]"));
    assert!(!page.contains("<script") && !page.contains("<link"));
    // Nothing external is loaded: the only URL is the SVG namespace.
    assert_eq!(count("http"), count("http://www.w3.org/2000/svg") + 1);
    assert_eq!(count("http-equiv"), 1);

    let summary = work.summary();
    assert_eq!(summary["name"], "bed & <b>breakfast</b>");
    assert_eq!(summary["data"], "rooms/train (950 frames)");
    assert_eq!(
        (&summary["steps"], &summary["epochs"]),
        (&json!(2000), &json!(50))
    );
    assert_eq!(summary["scheduled_steps"], 3800);
    assert_eq!(summary["seconds"], 500.0);
    assert_eq!(
        (&summary["waiting"], &summary["seconds_per_step"]),
        (&json!(0.5), &json!(0.25))
    );
    assert_eq!(summary["sheets"], 9);
    assert_eq!(summary["discriminator"]["real"], 0.75);
}

#[test]
fn a_run_without_checkpoint_or_samples_has_a_page_too() {
    let work = Work::new();
    work.write_log(1);
    let page = work.page();
    assert!(page.contains("<h1>run</h1>") && page.contains("No checkpoint yet"));
    assert_eq!(work.summary()["data"], Value::Null);
}

#[test]
fn wide_sheets_are_scaled_down() {
    let work = Work::new();
    work.write_log(2);
    work.write_sheet(20, 3000);
    assert!(work.page().contains(r#"width="1280" height="640""#));
}

#[test]
fn a_torn_last_line_is_ignored() {
    let work = Work::new();
    work.write_log(3);
    let log = work.path("run/log.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, &text[..text.len() - 20]).unwrap();
    assert_eq!(work.summary()["steps"], 20);
}

#[test]
fn what_is_no_run_is_named() {
    let work = Work::new();
    let says = |parts: &[&str]| {
        let rejection = work.rejection();
        for part in parts {
            assert!(rejection.contains(part), "{part}: {rejection}");
        }
    };
    says(&["run: not a folder"]);
    fs::create_dir(work.path("run")).unwrap();
    says(&["run: not a run", "log.jsonl"]);
    work.write_checkpoint("untrained");
    says(&["run/log.jsonl: no such file"]);
    work.write_log(0);
    says(&["run/log.jsonl: no line yet"]);
    fs::write(work.path("run/log.jsonl"), "{\"step\":10}\n").unwrap();
    says(&["run/log.jsonl: line 1", "missing field"]);
    work.write_log(5);
    work.write_sheet(50, 64);
    let sheet = work.path("run/samples/step_00000050.png");
    let bytes = fs::read(&sheet).unwrap();
    fs::write(&sheet, &bytes[..bytes.len() / 2]).unwrap();
    says(&["step_00000050.png"]);
}

#[test]
fn a_resumed_run_gives_tensorboard_every_step_once() {
    let work = Work::new();
    write_data(&work.path("data"));
    let recipe = r#"
        name = "test"
        size = { width = 32, height = 32 }
        [training]
        warm_up_steps = 2
        log_every = 1
        checkpoint_every = 3
        samples_every = 0
        [training.loss]
        perceptual = 0.0
        pixel = 5.0"#;
    fs::write(work.path("recipe.toml"), recipe).unwrap();
    let [data, recipe] = ["data", "recipe.toml"].map(|name| work.path(name));
    let train = |last: &str, more: &[&str]| {
        let (data, run) = (data.to_str().unwrap(), &work.run());
        let arguments = ["train", "--data", data, "--out", run, "--steps", last];
        succeeds(&[&arguments, more].concat())
    };
    train("5", &["--config", recipe.to_str().unwrap()]);
    // As if it had been killed after the fifth step: steps 4 and 5 are lost and repeated.
    fs::remove_dir_all(work.path("run/checkpoints/step_00000005")).unwrap();
    train("6", &["--resume"]);

    let log = read_log(&work.path("run")).unwrap();
    assert_eq!(log.len(), 6);
    let mut files: Vec<PathBuf> = fs::read_dir(work.path("run/events"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2);
    let mut shown = BTreeMap::new();
    for (file, steps) in files.iter().zip([1..=5, 4..=6]) {
        // TensorBoard finds files by this part of their names.
        assert!(file.to_str().unwrap().contains("tfevents"));
        let events = events(&fs::read(file).unwrap());
        assert_eq!(events[0].version.as_deref(), Some("brain.Event:2"));
        assert!(events[1].is_start);
        assert_eq!(events[1].step, *steps.start());
        let found: Vec<u64> = events[2..].iter().map(|event| event.step).collect();
        assert_eq!(found, steps.collect::<Vec<_>>());
        // TensorBoard does this at the start of a session.
        shown.retain(|step, _| *step < events[1].step);
        shown.extend(
            events[2..]
                .iter()
                .map(|event| (event.step, event.scalars.clone())),
        );
    }
    let expected: BTreeMap<_, _> = log.iter().map(|line| (line.step, scalars(line))).collect();
    assert_eq!(shown, expected);
}

/// The values of a log line by their path.
fn scalars(line: &LogLine) -> BTreeMap<String, f32> {
    let mut found = BTreeMap::new();
    let line = serde_json::to_value(line).unwrap();
    for (name, value) in line.as_object().unwrap() {
        match value {
            Value::Object(parts) => {
                found.extend(parts.iter().map(|(part, value)| {
                    (format!("{name}/{part}"), value.as_f64().unwrap() as f32)
                }))
            }
            _ if ["step", "epoch"].contains(&name.as_str()) => {}
            _ => drop(found.insert(name.clone(), value.as_f64().unwrap() as f32)),
        }
    }
    found
}

/// Two frames of a colour ramp with depth, in the Taskonomy layout.
fn write_data(folder: &Path) {
    for view in 0..2 {
        let path = |domain: &str| {
            fs::create_dir_all(folder.join(domain)).unwrap();
            folder.join(format!("{domain}/point_0_view_{view}_domain_{domain}.png"))
        };
        RgbImage::from_fn(32, 32, |x, y| Rgb([(x * 7) as u8, (y * 7) as u8, 99]))
            .save(path("rgb"))
            .unwrap();
        ImageBuffer::from_fn(32, 32, |x, _| Luma([512 * (1 + view + x as u16 / 8)]))
            .save(path("depth_zbuffer"))
            .unwrap();
    }
}

/// The fields of an event that are used here.
#[derive(Default)]
struct Event {
    step: u64,
    version: Option<String>,
    is_start: bool,
    scalars: BTreeMap<String, f32>,
}

/// Reads an event file, implemented independently of the writer from the specifications of TFRecord, protobuf and
/// `event.proto`.
fn events(mut file: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    while !file.is_empty() {
        let (head, rest) = file.split_at(12);
        let length = u64::from_le_bytes(head[..8].try_into().unwrap()) as usize;
        assert_eq!(
            masked_crc(&head[..8]),
            u32::from_le_bytes(head[8..].try_into().unwrap())
        );
        let (record, rest) = rest.split_at(length);
        let (checksum, rest) = rest.split_at(4);
        assert_eq!(
            masked_crc(record),
            u32::from_le_bytes(checksum.try_into().unwrap())
        );
        events.push(event(record));
        file = rest;
    }
    events
}

fn event(record: &[u8]) -> Event {
    let mut event = Event::default();
    let mut has_time = false;
    for (field, wire) in fields(record) {
        match (field, wire) {
            (1, Wire::Fixed(bytes)) => {
                let seconds = f64::from_le_bytes(bytes.try_into().unwrap());
                // After 2020, in seconds.
                assert!((1.6e9..1e10).contains(&seconds));
                has_time = true;
            }
            (2, Wire::Varint(step)) => event.step = step,
            (3, Wire::Bytes(text)) => {
                event.version = Some(String::from_utf8(text.into()).unwrap());
            }
            (5, Wire::Bytes(summary)) => event.scalars = fields(summary).map(scalar).collect(),
            (7, Wire::Bytes([0x08, 0x01])) => event.is_start = true,
            (field, _) => panic!("field {field} of an event"),
        }
    }
    assert!(has_time);
    event
}

fn scalar((field, value): (u64, Wire<'_>)) -> (String, f32) {
    let (1, Wire::Bytes(value)) = (field, value) else {
        panic!("field {field} of a summary");
    };
    let parts: Vec<_> = fields(value).collect();
    let [(1, Wire::Bytes(tag)), (2, Wire::Fixed(number))] = parts[..] else {
        panic!("a value has a tag and a simple_value");
    };
    let number = f32::from_le_bytes(number.try_into().unwrap());
    (String::from_utf8(tag.into()).unwrap(), number)
}

/// A value in the protobuf encoding.
#[derive(Clone, Copy)]
enum Wire<'a> {
    Varint(u64),
    Fixed(&'a [u8]),
    Bytes(&'a [u8]),
}

/// The fields of a message by number.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (u64, Wire<'_>)> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let key = varint(&mut message);
        let mut take = |count: usize| {
            let (taken, rest) = message.split_at(count);
            message = rest;
            taken
        };
        let value = match key & 7 {
            1 => Wire::Fixed(take(8)),
            5 => Wire::Fixed(take(4)),
            2 => {
                let length = varint(&mut message) as usize;
                let (taken, rest) = message.split_at(length);
                message = rest;
                Wire::Bytes(taken)
            }
            0 => Wire::Varint(varint(&mut message)),
            other => panic!("wire type {other}"),
        };
        Some((key >> 3, value))
    })
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}

/// The checksum of TFRecord files, computed bit by bit.
fn masked_crc(bytes: &[u8]) -> u32 {
    let crc = !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg())
        })
    });
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}
