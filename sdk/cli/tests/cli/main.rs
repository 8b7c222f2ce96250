//! The command line: every mistake is one line on stderr, exit code 2 and no file.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

mod confidence;
mod labels;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use multicond::{Picture, files::write_png};
use multicond_test_support::{engines, label_files, small};
use prost::Message;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a model and label files of 8x4 pixels.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        small::write(folder.path(), &small::model());
        let place = Self(folder);
        place.npy("depth.npy", 8, 4);
        place.npy("wide.npy", 12, 4);
        place.npy("odd.npy", 6, 4);
        // 8-bit RGB, every value 200.
        let mut picture = Picture::new(8, 4);
        picture.values_mut().fill(200.0 / 255.0);
        write_png(place.path("rgb.png"), &picture).unwrap();
        place.gray("classes.png", 3);
        place.gray("strange.png", 9);
        let exr = place.exr("depth.exr");
        for (name, source) in [
            ("cut.png", "classes.png"),
            ("cut.npy", "depth.npy"),
            ("cut.exr", "depth.exr"),
            ("cut.onnx", "model.onnx"),
        ] {
            let bytes = std::fs::read(place.path(source)).unwrap();
            std::fs::write(place.path(name), &bytes[..bytes.len() / 2]).unwrap();
        }
        assert!(exr.exists());
        let mut foreign = small::model();
        foreign.metadata_props.clear();
        std::fs::write(place.path("foreign.onnx"), foreign.encode_to_vec()).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn npy(&self, name: &str, width: usize, height: usize) {
        let values = (0..width * height).map(|i| i as f32 * 0.1);
        let shape = format!("({height}, {width})");
        let data = label_files::floats(values);
        label_files::npy(&self.path(name), "<f4", &shape, &data);
    }

    fn gray(&self, name: &str, value: u8) {
        let file = std::fs::File::create(self.path(name)).unwrap();
        let mut encoder = png::Encoder::new(file, 8, 4);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[value; 32]).unwrap();
    }

    fn exr(&self, name: &str) -> PathBuf {
        self.layers(name, &[("Z", 1.5)])
    }

    fn layers(&self, name: &str, layers: &[(&str, f32)]) -> PathBuf {
        use exr::prelude::{AnyChannel, AnyChannels, FlatSamples, Image, WritableImage};
        let path = self.path(name);
        let channel = |(name, value): &(&str, f32)| {
            AnyChannel::new(*name, FlatSamples::F32(vec![*value; 32]))
        };
        let channels = AnyChannels::sort(layers.iter().map(channel).collect());
        Image::from_channels((8, 4), channels)
            .write()
            .to_file(&path)
            .unwrap();
        path
    }

    /// Runs `multicond` in the folder; words are separated by spaces.
    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_multicond"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("RUST_LOG");
        command
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An engine that is available.
fn engine() -> &'static str {
    engines::available().last().copied().unwrap_or("auto")
}

#[track_caller]
fn succeed(place: &Place, arguments: &str) -> String {
    let output = place.run(arguments);
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{arguments}: {stderr}");
    let said = stderr
        .lines()
        .filter(|line| !line.starts_with("running on ") && !line.starts_with("without "));
    assert_eq!(said.collect::<Vec<_>>(), [""; 0], "{arguments}");
    text(&output.stdout).to_owned()
}

#[test]
fn pictures_are_made() {
    let place = Place::new();
    let engine = engine();
    let cases = [
        "--label depth=depth.npy",
        "--label depth=depth.exr --label semantics=classes.png --label normals=rgb.png --label curvature=rgb.png",
        "--size 8x4",
    ];
    for labels in cases {
        let out = succeed(
            &place,
            &format!("generate --model model.onnx {labels} -o out.png --engine {engine}"),
        );
        assert_eq!(out, "");
        let picture = multicond::files::read_picture(place.path("out.png")).unwrap();
        assert_eq!(picture.size(), (8, 4));
        std::fs::remove_file(place.path("out.png")).unwrap();
    }
}

#[test]
fn a_folder_of_labels_is_a_frame() {
    let place = Place::new();
    std::fs::create_dir(place.path("a")).unwrap();
    std::fs::copy(place.path("depth.npy"), place.path("a/depth.npy")).unwrap();
    let generate = format!("generate --model model.onnx --engine {}", engine());
    let picture = |arguments: &str| {
        let output = place.run(&format!("{generate} {arguments} -o out.png"));
        let stderr = text(&output.stderr).to_owned();
        assert!(output.status.success(), "{arguments}: {stderr}");
        (std::fs::read(place.path("out.png")).unwrap(), stderr)
    };
    let (from_folder, said) = picture("a");
    assert!(
        said.contains("without semantics, normals, curvature, which were not given"),
        "{said}"
    );
    assert_eq!(from_folder, picture("--label depth=depth.npy").0);
    assert!(!picture("--size 8x4").1.contains("without"));
    assert_eq!(picture("a --quiet").1, "");
    let said = succeed(&place, &format!("{generate} a -o out.png --json"));
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        report["without"],
        serde_json::json!(["semantics", "normals", "curvature"])
    );
    for (arguments, what) in [
        ("nowhere -o no.png", "nowhere: not a folder"),
        ("a --label depth=depth.npy -o no.png", "cannot be used with"),
        ("-o no.png", "--size"),
    ] {
        let output = place.run(&format!("{generate} {arguments}"));
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(
            text(&output.stderr).contains(what),
            "{}",
            text(&output.stderr)
        );
        assert!(!place.path("no.png").exists());
    }
}

#[test]
fn concepts_become_colours() {
    let place = Place::new();
    let engine = engine();
    for (folder, depth) in [("a", "depth.npy"), ("b", "depth.exr")] {
        std::fs::create_dir(place.path(folder)).unwrap();
        let name = format!("{folder}/{depth}");
        std::fs::copy(place.path(depth), place.path(&name)).unwrap();
    }
    let concept = format!("concept --model model.onnx --engine {engine}");
    let said = succeed(&place, &format!("{concept} a b -o out --json"));
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        report["pictures"],
        serde_json::json!(["out/a.png", "out/b.png"])
    );
    let shares = report["shares"].as_array().unwrap();
    let sum: f64 = shares.iter().filter_map(Value::as_f64).sum();
    assert!(0.5 < sum && sum <= 1.0 + 1e-9, "{shares:?}");
    let shared = multicond::files::read_picture(place.path("out/a.png")).unwrap();
    let spread = |picture: &Picture| {
        let mean = picture.values().mean().unwrap();
        picture
            .values()
            .iter()
            .map(|v| (v - mean).abs())
            .sum::<f32>()
    };
    assert!(spread(&shared) > 0.1);
    // Depth is the same everywhere in b, and so are its colours, in the basis that a gives.
    let flat = multicond::files::read_picture(place.path("out/b.png")).unwrap();
    for plane in flat.values().outer_iter() {
        assert!(plane.iter().all(|value| *value == plane[[0, 0]]));
    }
    // 6x4 is padded to whole tiles and cut again.
    succeed(
        &place,
        &format!("{concept} --label depth=odd.npy -o odd.png"),
    );
    let odd = multicond::files::read_picture(place.path("odd.png")).unwrap();
    assert_eq!(odd.size(), (6, 4));
}

#[test]
fn concepts_that_cannot_be_shown() {
    let place = Place::new();
    for folder in ["empty", "twice", "deep", "deep/twice"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    for file in ["twice/depth.npy", "twice/depth.exr"] {
        let source = file.replace("twice/", "");
        std::fs::copy(place.path(&source), place.path(file)).unwrap();
    }
    for (arguments, what) in [
        ("empty -o out", "empty: has no label of the model"),
        ("nowhere -o out", "nowhere: not a folder"),
        ("twice -o out", "twice: has `depth` in several files"),
        (
            "twice deep/twice -o out",
            "two frames' folders are called `twice`",
        ),
        (
            "--label depth=depth.npy -o out",
            "out: pictures are written as .png files",
        ),
        ("--label depth=depth.exr -o out.png", "the same concept"),
        ("empty -o out.png", "go to a folder"),
        ("-o out.png", "--label"),
    ] {
        let output = place.run(&format!(
            "concept --model model.onnx --engine {} {arguments}",
            engine()
        ));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.contains(what), "{arguments}: {stderr}");
        assert!(!place.path("out").exists() && !place.path("out.png").exists());
    }
}

#[test]
fn mistakes() {
    let place = Place::new();
    let cases = [
        (
            "--model model.onnx --label colour=rgb.png",
            "label `colour`: unknown, this model has semantics, depth",
        ),
        (
            "--model model.onnx --label depth=depth.npy --label depth=depth.exr",
            "label `depth`: given twice",
        ),
        (
            "--model model.onnx --label depth=depth.npy --label normals=rgb.png --label curvature=wide.npy",
            "wide.npy: has the shape",
        ),
        (
            "--model model.onnx --label depth=wide.npy --label semantics=classes.png",
            "label `semantics`: 8x4 pixels, but the frame has 12x4",
        ),
        (
            "--model model.onnx --size 16x16 --label depth=depth.npy",
            "label `depth`: 8x4 pixels, but the frame has 16x16",
        ),
        (
            "--model model.onnx --label depth=classes.png",
            "classes.png: 8 bits a channel, but label `depth` needs 16",
        ),
        (
            "--model model.onnx --label semantics=strange.png",
            "strange.png: pixel (0, 0): the value 9 stands for class 8",
        ),
        (
            "--model model.onnx --label semantics=rgb.png",
            "rgb.png: a RGB PNG file, but label `semantics` needs gray",
        ),
        (
            "--model model.onnx --label semantics=cut.png",
            "cut.png: the PNG file is truncated",
        ),
        ("--model model.onnx --label depth=cut.exr", "cut.exr: "),
        ("--model model.onnx --label depth=cut.npy", "cut.npy: "),
        (
            "--model model.onnx --label depth=none.npy",
            "none.npy: No such file",
        ),
        (
            "--model model.onnx --label depth=odd.npy",
            "the frame: 6x4 pixels, but this model makes multiples of 4",
        ),
        ("--model model.onnx --size 0x0", "the frame: 0x0 pixels"),
        (
            "--model cut.onnx --label depth=depth.npy",
            "cut.onnx: not an ONNX file, or a damaged one",
        ),
        (
            "--model foreign.onnx --label depth=depth.npy",
            "foreign.onnx: an ONNX file, but not one of multicond's",
        ),
        (
            "--model depth.npy --label depth=depth.npy",
            "depth.npy: not an ONNX file",
        ),
        (
            "--model none.onnx --label depth=depth.npy",
            "none.onnx: No such file",
        ),
        (
            "--model model.onnx --label depth=depth.npy --engine onnxruntime --ort-library model.onnx",
            "ONNX Runtime: the option names model.onnx",
        ),
        (
            "--model model.onnx --label depth=depth.npy --tile-pixels 99999999",
            "option `tile_pixels`",
        ),
    ];
    for (arguments, expected) in cases {
        let output = place.run(&format!("generate {arguments} -o out.png"));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{arguments}: {stderr}");
        let message = stderr.strip_prefix("error: ").unwrap_or_default();
        assert!(message.contains(expected), "{arguments}: {stderr}");
        assert_eq!(text(&output.stdout), "");
        assert!(!place.path("out.png").exists(), "{arguments}");
    }
}

#[test]
fn outputs_that_cannot_be() {
    let place = Place::new();
    let engine = engine();
    for (output, expected) in [
        ("out.jpg", "written as .png"),
        ("no/folder/out.png", "No such file"),
    ] {
        let arguments =
            format!("generate --model model.onnx --size 8x4 --engine {engine} -o {output}");
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output.stderr).contains(expected),
            "{}",
            text(&output.stderr)
        );
    }
    // The command line's own mistakes: no label and no size, and a label without a file.
    for arguments in [
        "generate --model model.onnx -o out.png",
        "generate --model model.onnx --label depth -o out.png",
    ] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).starts_with("error: "));
    }
}

#[test]
fn info() {
    let place = Place::new();
    let out = succeed(&place, "info model.onnx");
    for expected in [
        "small",
        "semantics: 3 classes (wall, floor, chair)",
        "multiples of 4 pixels",
        "32x16",
    ] {
        assert!(out.contains(expected), "{expected} in {out}");
    }
    let json: Value = serde_json::from_str(&succeed(&place, "info model.onnx --json")).unwrap();
    assert_eq!(json["labels"][1]["unit"], "m");
    assert_eq!(json["multiply_adds_total"], 1100 * 32 * 16);
    let size = place.path("model.onnx").metadata().unwrap().len();
    assert_eq!(json["file_bytes"], size);
}

#[test]
fn available() {
    let place = Place::new();
    let json: Value = serde_json::from_str(&succeed(&place, "engines --json")).unwrap();
    let names: Vec<_> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|engine| engine["name"].as_str().unwrap())
        .collect();
    for name in ["cuda", "onnxruntime", "tract"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let taken = json
        .as_array()
        .unwrap()
        .iter()
        .filter(|engine| engine["auto"] == true);
    assert_eq!(taken.count(), 1);
    let json = succeed(&place, "engines --json --ort-library model.onnx");
    let json: Value = serde_json::from_str(&json).unwrap();
    let report = |name| {
        let reports = json.as_array().unwrap();
        reports
            .iter()
            .find(|engine| engine["name"] == name)
            .unwrap()
    };
    assert_eq!(report("cuda")["available"], false);
    let reason = report("onnxruntime")["reason"].as_str().unwrap();
    assert!(reason.contains("model.onnx"), "{reason}");
    let output = Command::new(env!("CARGO_BIN_EXE_multicond"))
        .args([
            "generate",
            "--model",
            "model.onnx",
            "--size",
            "8x4",
            "-o",
            "out.png",
        ])
        .current_dir(place.0.path())
        .env("MULTICOND_ORT", "nowhere.so")
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr.contains("MULTICOND_ORT names nowhere.so"),
        "{stderr}"
    );
    assert!(succeed(&place, "engines").contains("(default)"));
}

#[test]
fn bench() {
    let place = Place::new();
    let engine = engine();
    let arguments =
        format!("bench --model model.onnx --size 8x8 --runs 3 --json --engine {engine}");
    let json: Value = serde_json::from_str(&succeed(&place, &arguments)).unwrap();
    assert!(json["total_ms"].as_f64().unwrap() > 0.0);
    assert!(json.get("whole").is_none());
    if engines::has_onnxruntime() {
        let json = succeed(&place, &format!("{arguments} --compare-whole --changed 25"));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert!(json["whole"]["ratio"].as_f64().unwrap() > 0.0);
    }
}

/// Help has examples, for every command.
#[test]
fn help() {
    let place = Place::new();
    for command in ["generate", "concept", "info", "engines", "bench"] {
        assert!(succeed(&place, &format!("{command} --help")).contains("Examples:"));
    }
    assert!(Path::new(env!("CARGO_BIN_EXE_multicond")).exists());
}

/// Every command that runs a model says which engine ran; `--quiet` silences that.
#[test]
fn the_engine_is_visible() {
    let place = Place::new();
    let engine = engine();
    let generate = format!("generate --model model.onnx --size 8x4 -o out.png --engine {engine}");
    let commands = [
        generate.clone(),
        format!("concept --model model.onnx --label depth=depth.npy -o c.png --engine {engine}"),
        format!("bench --model model.onnx --size 8x4 --runs 1 --engine {engine}"),
    ];
    for command in commands {
        let output = place.run(&command);
        let stderr = text(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        assert!(stderr.starts_with("running on "), "{command}: {stderr}");
        assert!(stderr.ends_with(" on cpu\n"), "{command}: {stderr}");
        let output = place.run(&format!("{command} --quiet"));
        assert_eq!(text(&output.stderr), "", "{command}");
    }
    let json = succeed(&place, &format!("{generate} --json"));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["engine"], engine);
    assert_eq!(json["device"], "cpu");
    assert_eq!(json["picture"], "out.png");
}

/// A better engine that is broken is named in a warning, not passed over in silence.
#[test]
fn a_broken_engine_is_no_secret() {
    let place = Place::new();
    if !engines::report("tract").available {
        return;
    }
    let folder = place.path("empty");
    std::fs::create_dir(&folder).unwrap();
    let broken = folder.join("libonnxruntime.so");
    std::fs::write(&broken, "no library").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_multicond"))
        .args("generate --model model.onnx --size 8x4 -o out.png --json".split(' '))
        .current_dir(place.0.path())
        .env_remove("RUST_LOG")
        .env_remove("MULTICOND_ORT")
        .env("MULTICOND_CACHE_DIR", &folder)
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let json: Value = serde_json::from_str(text(&output.stdout)).unwrap();
    // A library elsewhere on the machine may be found after the broken one.
    if json["engine"] == "tract" {
        assert!(
            stderr.contains("warning: not running on ONNX Runtime: "),
            "{stderr}"
        );
        let rejected = json["rejected"].as_array().unwrap();
        assert!(rejected.iter().any(|r| r["engine"] == "onnxruntime"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    let full = || std::fs::File::create("/dev/full").unwrap();
    for arguments in [
        "info model.onnx",
        "info model.onnx --json",
        "engines",
        "engines --json",
    ] {
        let mut command = place.command(arguments);
        let output = command.stdout(full()).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.starts_with("error: standard output: "), "{stderr}");
    }
    let mut command = place.command("info none.onnx");
    let output = command.stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
