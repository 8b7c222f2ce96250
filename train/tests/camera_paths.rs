//! Flicker, grids and contact sheets of `multicond-train eval`, on a camera that passes a wall with a texture.

#![allow(clippy::unwrap_used)]

#[path = "common/recipe.rs"]
mod recipe;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use multicond_train::data::Dataset;
use recipe::RECIPE;
use serde_json::{Value, json};
use tempfile::TempDir;

const SIDE: u32 = 64;
const FOCAL: f32 = 60.0;

/// A folder with `frames`: four frames of a path, whose names are not in the order of their numbers, and a still one.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let frames = place.path("frames");
        fs::create_dir_all(frames.join("depth")).unwrap();
        let settings = "[files]\npicture = '{frame}.png'\ndepth = 'depth/{frame}.png'\n[depth]\nmetres_per_unit = 0.001\n";
        fs::write(frames.join("frames.toml"), settings).unwrap();
        for number in 8..12 {
            write(&frames, &format!("path_frame_{number}"), Some(number));
        }
        write(&frames, "still", None);
        fs::write(place.path("recipe.toml"), RECIPE).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_multicond-train"))
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("RUST_LOG")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn succeed(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn eval(&self, arguments: &str) -> Value {
        let said = self.succeed(&format!(
            "eval run --metrics pixels --engine tract --json {arguments}"
        ));
        serde_json::from_str(&said).unwrap()
    }
}

/// Writes a frame of a camera that moves to the right and turns to the left, two metres from the wall.
fn write(folder: &Path, name: &str, number: Option<u64>) {
    let step = number.unwrap_or(0) as f32 - 8.0;
    let (sin, cos) = (0.02 * step).sin_cos();
    let matrix = [
        [cos, 0.0, sin, 0.06 * step],
        [0.0, 1.0, 0.0, 0.0],
        [-sin, 0.0, cos, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ];
    let middle = SIDE as f32 / 2.0;
    // Where the ray of a pixel meets z = -2, and the depth to the camera's plane.
    let hit = |x: u32, y: u32| {
        let right = (x as f32 + 0.5 - middle) / FOCAL;
        let up = (middle - y as f32 - 0.5) / FOCAL;
        let along = [0, 2].map(|row: usize| matrix[row][0] * right - matrix[row][2]);
        let depth = -2.0 / along[1];
        (matrix[0][3] + depth * along[0], depth * up, depth)
    };
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (x, y, _) = hit(x, y);
        let wave = (5.0 * x).sin() * (4.0 * y).cos();
        Rgb([
            128 + (90.0 * wave) as u8,
            (128.0 + 90.0 * wave) as u8,
            (100.0 + 50.0 * x) as u8,
        ])
    })
    .save(folder.join(format!("{name}.png")))
    .unwrap();
    ImageBuffer::from_fn(SIDE, SIDE, |x, y| {
        Luma([(1000.0 * hit(x, y).2).round() as u16])
    })
    .save(folder.join(format!("depth/{name}.png")))
    .unwrap();
    let mut camera = json!({"version": 1, "width": SIDE, "height": SIDE, "camera_to_world": matrix,
        "intrinsics": {"fx": FOCAL, "fy": FOCAL, "cx": middle, "cy": middle}});
    if let Some(number) = number {
        camera["sequence"] = json!("path");
        camera["frame"] = json!(number);
    }
    fs::write(folder.join(format!("{name}.json")), camera.to_string()).unwrap();
}

#[test]
fn pictures_of_a_path_are_compared_with_those_before() {
    let place = Place::new();
    place.succeed("train --config recipe.toml --data frames --steps 1 --out run");
    let sheets = "--sheets sheets --sheet-frames 2";
    let found = place.eval(&format!(
        "--data frames --training frames --size 64x64 {sheets}"
    ));
    let scores = |row: usize| &found["rows"][row]["scores"];
    let number = |row: usize, name: &str| scores(row)[name].as_f64().unwrap();
    // The nearest training picture is the picture itself: exact motion, and no grid but its own.
    assert_eq!(found["rows"][2]["model"], "nearest training picture");
    assert!(number(2, "flicker") < 0.01, "{}", scores(2));
    assert_eq!(number(2, "flicker_ratio"), 1.0);
    assert_eq!(number(2, "grid_8"), 1.0);
    // One colour for all pictures differs from frame to frame, but has no differences inside.
    assert!(scores(1)["grid_8"].is_null() && number(1, "flicker") < 0.05);
    // The model's tiles have 8 pixels, and it has learned nothing.
    assert!(number(0, "grid") > 1.05, "{}", scores(0));
    assert!(scores(0)["grid_8"].is_null() && scores(0)["grid_16"].is_f64());
    assert!(number(0, "flicker_ratio") > 1.0 && number(0, "flicker") > 0.0);

    // Prepared data keeps paths and cameras.
    place.succeed("data prepare frames -o prepared --size 64x64");
    let prepared = place.eval("--data prepared --size 64x64");
    for name in ["flicker", "flicker_ratio"] {
        let again = prepared["rows"][0]["scores"][name].as_f64().unwrap();
        assert!(
            (again - number(0, name)).abs() < 0.02 * number(0, name),
            "{name} {again}"
        );
    }
    let data = Dataset::open(&place.path("prepared")).unwrap();
    assert_eq!(data.path_frame(0).unwrap().unwrap().frame, 10);
    // Several datasets have paths of their own.
    let both = place.eval("--data frames --data prepared --size 64x64");
    let twice = both["rows"][0]["scores"]["flicker"].as_f64().unwrap();
    assert!((twice - number(0, "flicker")).abs() < 0.02 * twice);

    // A sheet for each row: depth, the generated and the real picture of two frames.
    let sheet = image::open(place.path("sheets/run.png")).unwrap();
    assert_eq!((sheet.width(), sheet.height()), (3 * 68 + 4, 2 * 68 + 4));
    assert!(place.path("sheets/mean colour.png").is_file());
    let again = place.run("eval run --metrics pixels --engine tract --data frames --sheets sheets");
    assert_eq!(again.status.code(), Some(2));
}

#[test]
fn paths_that_are_not_described_well() {
    let place = Place::new();
    let file = place.path("frames/still.json");
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, what) in [
        (
            "\"version\"",
            "\"sequence\":\"a\",\"version\"",
            "`frame`, and `camera_to_world`",
        ),
        ("\"version\"", "\"frame\":-1,\"version\"", "still.json"),
        ("[[0.98", "[[2.98", "orthogonal axes"),
    ] {
        assert!(text.contains(from), "{text}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let data = Dataset::open(&place.path("frames")).unwrap();
        let error = format!("{:#}", data.along_paths().unwrap_err());
        assert!(error.contains(what), "{error}");
    }
    // A frame that only has a number is of no path.
    fs::write(
        &file,
        text.replacen("\"version\"", "\"frame\":3,\"version\"", 1),
    )
    .unwrap();
    let data = Dataset::open(&place.path("frames")).unwrap();
    let (ordered, paths) = data.along_paths().unwrap();
    assert_eq!(paths.iter().flatten().count(), 4);
    assert_eq!(ordered.frames()[..2], ["path_frame_8", "path_frame_9"]);
}
