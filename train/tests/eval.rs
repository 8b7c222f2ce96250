//! Tests of `multicond-train eval` and `segmenter` through the command line, with a small run and small metric networks
//! that are created here, so that nothing has to be installed.

#![allow(clippy::unwrap_used)]

#[path = "common/recipe.rs"]
mod recipe;
#[path = "common/tiny.rs"]
#[allow(dead_code)]
mod tiny;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use multicond::EngineOptions;
use multicond_format::model::{
    builder::{Graph, fixed, named},
    proto::{DataType, Dimension, ModelProto},
};
use multicond_train::eval::{FeatureNetwork, Moments, frechet_distance, psnr, ssim};
use ndarray::Array3;
use prost::Message;
use recipe::RECIPE;
use serde_json::Value;
use tempfile::TempDir;

/// A dataset, two runs trained on it, a model file of the first, and a feature network that computes mean colours.
struct Place {
    folder: TempDir,
    data: TempDir,
}

static PLACE: LazyLock<Place> = LazyLock::new(Place::new);

impl Place {
    fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            data: tiny::data(),
        };
        let kept = RECIPE.replace(
            "checkpoint_every = 1",
            "checkpoint_every = 8\nkeep_every = 16",
        );
        fs::write(place.path("tlam.toml"), &kept).unwrap();
        // The second run takes confidences.
        let seeded = kept
            .replace("[training]", "[training]\nseed = 2")
            .replace("[network.merge]", "confidence = true\n[network.merge]");
        let seeded = format!("{seeded}[training.confidence]\nshare = 1.0\n");
        fs::write(place.path("other.toml"), seeded).unwrap();
        for name in ["tlam", "other"] {
            place.succeed(&format!(
                "train --config {name}.toml --data DATA --out runs/{name}"
            ));
        }
        place.succeed("export runs/tlam -o tlam.onnx");
        place.succeed("export runs/other -o other.onnx");
        fs::write(place.path("colours.onnx"), mean_colours().encode_to_vec()).unwrap();
        let description = "model = \"colours.onnx\"\n[input]\n[result]\nkind = \"features\"\n";
        fs::write(place.path("colours.toml"), description).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the command in the folder. Arguments are separated by spaces; `DATA` is the dataset.
    fn run(&self, arguments: &str) -> Output {
        let data = self.data.path().to_str().unwrap();
        Command::new(env!("CARGO_BIN_EXE_multicond-train"))
            .args(
                arguments
                    .split_whitespace()
                    .map(|word| word.replace("DATA", data)),
            )
            .current_dir(self.folder.path())
            .env("MULTICOND_CACHE_DIR", self.path("cache"))
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

    /// Runs `eval` with the networks created here.
    #[track_caller]
    fn eval(&self, arguments: &str) -> Value {
        let said = self.succeed(&format!(
            "eval {arguments} --data DATA --metrics frechet --features colours.toml --engine tract --json"
        ));
        serde_json::from_str(&said).unwrap()
    }

    /// Writes the folder `many` with three copies of the dataset's frames.
    fn multiply(&self) {
        for domain in ["rgb", "segment_semantic", "depth_zbuffer"] {
            let (source, target) = (
                self.data.path().join(domain),
                self.path("many").join(domain),
            );
            fs::create_dir_all(&target).unwrap();
            for view in 0..12 {
                let name = |view: usize| format!("point_0_view_{view}_domain_{domain}.png");
                fs::copy(source.join(name(view % 4)), target.join(name(view))).unwrap();
            }
        }
        let classes = "classes.json";
        fs::copy(
            self.data.path().join(classes),
            self.path("many").join(classes),
        )
        .unwrap();
    }

    #[track_caller]
    fn fail(&self, arguments: &str, what: &str) {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.contains(what), "{arguments}: {stderr}");
    }
}

/// A network with one operator and the given output dimensions.
fn network(operator: &str, output: &[Dimension]) -> ModelProto {
    let mut graph = Graph::new("network");
    let sides = vec![fixed(1), fixed(3), named("height"), named("width")];
    let picture = graph.input("picture", DataType::Float, sides);
    let numbers = graph.node(operator, &[&picture]).named("numbers");
    graph.output(&numbers, output.to_vec());
    graph.into_model(String::new(), [])
}

/// A network that computes the means of a picture's channels.
fn mean_colours() -> ModelProto {
    network(
        "GlobalAveragePool",
        &[fixed(1), fixed(3), fixed(1), fixed(1)],
    )
}

fn picture(path: &Path) -> Array3<f32> {
    let picture = image::open(path).unwrap().to_rgb32f();
    let (width, height) = picture.dimensions();
    Array3::from_shape_fn((3, height as usize, width as usize), |(c, y, x)| {
        picture.get_pixel(x as u32, y as u32)[c]
    })
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn scores_are_those_of_the_pictures_that_are_kept() {
    let place = &*PLACE;
    let report = place
        .eval("tlam.onnx --pictures kept --out scores.json --report page.html --markdown table.md");
    let written = fs::read_to_string(place.path("scores.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), report);

    let (mut real, mut made) = (Moments::new(3), Moments::new(3));
    let (mut decibels, mut similarity) = (0.0, 0.0);
    let files = fs::read_dir(place.path("kept/real")).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4);
    for name in &names {
        let a = picture(&place.path("kept/tlam").join(name));
        let b = picture(&place.path("kept/real").join(name));
        decibels += psnr(a.view(), b.view()) / 4.0;
        similarity += ssim(a.view(), b.view()).unwrap() / 4.0;
        for (moments, picture) in [(&mut made, a), (&mut real, b)] {
            let means = picture.outer_iter().map(|plane| plane.mean().unwrap());
            moments.add(&means.collect::<Vec<f32>>()).unwrap();
        }
    }
    let scores = &report["rows"][0]["scores"];
    assert!((number(&scores["psnr"]) - decibels).abs() < 1e-9);
    assert!((number(&scores["ssim"]) - similarity).abs() < 1e-9);
    let distance = frechet_distance(&real, &made).unwrap();
    let found = number(&scores["frechet_distance"]);
    assert!(
        (found - distance).abs() < 1e-5 * distance,
        "{found} {distance}"
    );
    assert_eq!(report["rows"][1]["model"], "mean colour");
    assert_eq!(report["frames"], 4);

    let page = fs::read_to_string(place.path("page.html")).unwrap();
    for part in [
        "<h1>tlam, mean colour on ",
        "data:image/png;base64,",
        "TLAM",
        "Inception",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let markdown = fs::read_to_string(place.path("table.md")).unwrap();
    assert!(
        markdown.contains("| model | PSNR, dB | SSIM | Frechet |"),
        "{markdown}"
    );
    // Pictures of two evaluations must not mix.
    let again = "eval tlam.onnx --data DATA --metrics pixels --pictures kept";
    place.fail(again, "kept: is not empty");
}

/// Networks without a description get the preprocessing of pytorch-fid.
#[test]
fn a_bare_network_sees_pictures_as_inception_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flat.onnx");
    let numbers = 299 * 299;
    let flatten = network("Flatten", &[fixed(1), fixed(3 * numbers)]);
    fs::write(&path, flatten.encode_to_vec()).unwrap();
    let network = FeatureNetwork::load(&path, &EngineOptions::named("tract")).unwrap();
    let picture = Array3::from_shape_fn((3, 224, 224), |(c, y, x)| {
        ((c * 7 + y * 31 + x * 17) % 256) as f32 / 255.0
    });
    let features = network.features(picture.view()).unwrap();
    assert_eq!(features.len(), 3 * numbers);
    // The first centre is left of the first pixel's centre, the second about a quarter of a pixel right of it.
    let share = 1.5 * 224.0 / 299.0 - 0.5;
    for channel in 0..3 {
        let pixel = |x: usize| picture[[channel, 0, x]];
        let between = (1.0 - share) * pixel(0) + share * pixel(1);
        let place = channel * numbers;
        assert!((features[place] - (2.0 * pixel(0) - 1.0)).abs() < 1e-5);
        assert!((features[place + 1] - (2.0 * between - 1.0)).abs() < 1e-5);
    }
}

#[test]
fn a_checkpoint_scores_as_the_model_file_does() {
    let place = &*PLACE;
    let scores = |model: &str| place.eval(model)["rows"][0]["scores"].clone();
    assert_eq!(scores("tlam.onnx"), scores("runs/tlam"));
}

#[test]
fn sparsity_and_labels() {
    let place = &*PLACE;
    let study = place.eval("tlam.onnx --sparsity 10,30,...,70 --report sparsity.html");
    let rows = study["rows"].as_array().unwrap();
    let lost: Vec<f64> = rows.iter().map(|row| number(&row["sparsity"])).collect();
    assert_eq!(lost, [0.1, 0.3, 0.5, 0.7]);
    let alone = place.eval("tlam.onnx --sparsity 30");
    assert_eq!(alone["rows"][0]["scores"], rows[1]["scores"]);
    let page = fs::read_to_string(place.path("sparsity.html")).unwrap();
    assert!(page.contains("regions dropped, %") && page.contains("<svg"));

    let study = place.eval("tlam.onnx --remove-labels --report labels.html");
    let rows = study["rows"].as_array().unwrap();
    let removed: Vec<_> = rows.iter().map(|row| &row["removed"][0]).collect();
    assert_eq!(
        removed,
        [&Value::Null, &"semantics".into(), &"depth".into()]
    );
    let without = place.eval("tlam.onnx --remove depth");
    assert_eq!(without["rows"][0]["scores"], rows[2]["scores"]);
    let page = fs::read_to_string(place.path("labels.html")).unwrap();
    assert!(page.contains("without depth"));
}

#[test]
fn noise_with_and_without_its_confidence() {
    let place = &*PLACE;
    let study = place.eval("other.onnx --noise 0,0.5 --report noise.html");
    let rows = study["rows"].as_array().unwrap();
    let conditions: Vec<_> = rows
        .iter()
        .map(|row| {
            let noise = &row["noise"];
            (
                number(&noise["amount"]),
                noise["confidence"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        conditions,
        [
            (0.0, "full"),
            (0.0, "matching"),
            (0.5, "full"),
            (0.5, "matching")
        ]
    );
    let plain = place.eval("other.onnx");
    assert_eq!(plain["rows"][0]["noise"], Value::Null);
    assert_eq!(plain["rows"][0]["scores"], rows[0]["scores"]);
    assert_ne!(rows[2]["scores"], rows[0]["scores"]);
    assert_ne!(rows[2]["scores"], rows[3]["scores"]);
    let alone = place.eval("other.onnx --noise 0.5 --confidence matching");
    assert_eq!(alone["rows"][0]["scores"], rows[3]["scores"]);
    let page = fs::read_to_string(place.path("noise.html")).unwrap();
    assert!(page.contains("noise 0.5, matching confidence"));
    // A model that takes none.
    place.eval("tlam.onnx --noise 0.5 --confidence full");
}

#[test]
fn curves_have_the_checkpoints_that_stay() {
    let place = &*PLACE;
    let study = place.eval("--curve runs/tlam runs/other --report curve.html");
    let rows = study["rows"].as_array().unwrap();
    let steps = |run: &str| -> Vec<u64> {
        let of_run = rows.iter().filter(|row| row["model"] == run);
        of_run.map(|row| row["step"].as_u64().unwrap()).collect()
    };
    // Every 16th step is kept, and the newest two checkpoints, which are written every 8 steps.
    assert_eq!(steps("tlam"), [16, 32, 40, 48]);
    assert_eq!(steps("other"), [16, 32, 40, 48]);
    assert!(
        !place
            .path("runs/tlam/checkpoints/step_00000016/resume")
            .exists()
    );
    assert!(
        place
            .path("runs/tlam/checkpoints/step_00000048/resume")
            .exists()
    );
    let newest = place.eval("runs/tlam");
    assert_eq!(newest["rows"][0]["scores"], rows[3]["scores"]);
    assert!(study.get("differences").is_none());
}

#[test]
fn differences_have_intervals() {
    let place = &*PLACE;
    fs::copy(place.path("tlam.onnx"), place.path("same.onnx")).unwrap();
    let few = place.eval("--compare tlam.onnx other.onnx");
    assert!(few.get("differences").is_none(), "four frames are too few");
    place.multiply();
    let said = place.succeed(
        "eval --compare tlam.onnx other.onnx same.onnx --sparsity 0,50 --data many --metrics frechet \
         --features colours.toml --engine tract --json",
    );
    let study: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(study["rows"].as_array().unwrap().len(), 6);
    let differences = study["differences"].as_array().unwrap();
    // Three pairs, two conditions, five scores: two of them are grids, of 8 and 16 pixels.
    assert_eq!(differences.len(), 30);
    for difference in differences {
        let [from, to] = ["from", "to"].map(|end| {
            let row = difference[end].as_u64().unwrap() as usize;
            &study["rows"][row]
        });
        assert_eq!(from["sparsity"], to["sparsity"]);
        let quantity = difference["quantity"].as_str().unwrap();
        let expected = number(&to["scores"][quantity]) - number(&from["scores"][quantity]);
        assert!((number(&difference["difference"]) - expected).abs() < 1e-12);
        if from["model"] == "tlam" && to["model"] == "same" {
            assert_eq!(difference["interval"], serde_json::json!([0.0, 0.0]));
        }
    }
    let table = place
        .succeed("eval --compare tlam.onnx same.onnx --data many --metrics pixels --engine tract");
    assert!(
        table.contains("PSNR, dB: same − tlam") && table.contains("undecided"),
        "{table}"
    );
}

#[test]
fn a_segmenter_is_trained_and_scores_pictures() {
    let place = &*PLACE;
    let said = place.succeed(
        "segmenter --data DATA --validation DATA -o seen.onnx --size 32x32 --steps 60 --rate 0.01 --json",
    );
    let scores: Value = serde_json::from_str(&said).unwrap();
    // The left and right half of a horizontal gradient.
    assert!(number(&scores["pixel_accuracy"]) > 0.9, "{scores}");
    let arguments = "eval tlam.onnx --data DATA --metrics classes --segmenter seen.onnx --json";
    let report: Value = serde_json::from_str(&place.succeed(arguments)).unwrap();
    // The same pictures, but possibly another engine.
    let real = number(&report["real_pictures"]["mean_iou"]);
    assert!((real - number(&scores["mean_iou"])).abs() < 1e-3);
    let made = &report["rows"][0]["scores"];
    assert!(number(&made["mean_iou"]) <= 1.0 && made["mean_iou_all"] == made["mean_iou"]);

    let odd = "segmenter --data DATA -o odd.onnx --size 40x40";
    place.fail(odd, "multiples of 16");
    assert!(!place.path("odd.onnx").exists());
}

#[test]
fn mistakes_are_named() {
    let place = &*PLACE;
    let eval = "eval tlam.onnx --data DATA";
    for (arguments, what) in [
        (eval.to_owned(), "`cargo xtask assets lpips` installs"),
        (
            format!("{eval} --metrics frechet"),
            "`cargo xtask assets efficientnet` installs",
        ),
        (
            format!("{eval} --metrics classes"),
            "knows no class `left`, but wall",
        ),
        (
            format!("{eval} --metrics frechet --features tlam.onnx"),
            "expected one picture",
        ),
        (
            format!("{eval} --metrics classes --segmenter colours.onnx"),
            "colours.onnx: has no description of its input",
        ),
        (
            format!("{eval} --metrics classes --segmenter colours.toml"),
            "neither `scores` nor `ids`",
        ),
        (format!("{eval} --sparsity 0.5"), "write 50"),
        (
            format!("{eval} --remove edges"),
            "--remove edges: not a label",
        ),
        (
            format!("{eval} --metrics pixels --features colours.toml"),
            "--features is given",
        ),
        (format!("{eval} --free-form 2"), "from 0 to 1"),
        (format!("{eval} --noise 11"), "from 0 to 10"),
        (format!("{eval} --confidence matching"), "--noise"),
        (
            format!(
                "{eval} --metrics frechet --features colours.toml --noise 0.5 --confidence matching"
            ),
            "has a confidence, but this model takes none",
        ),
        (
            format!("{eval} --metrics pixels --out none/scores.json"),
            "none/scores.json: its folder does not exist",
        ),
        (
            "eval --compare tlam.onnx tlam.onnx --data DATA".into(),
            "given twice",
        ),
        (
            format!("{eval} --compare other.onnx tlam.onnx"),
            "cannot be used with",
        ),
        ("eval --data DATA".into(), "MODEL"),
        ("eval --curve DATA --data DATA".into(), "not a run"),
        (
            "eval colours.onnx --data DATA".into(),
            "not one of multicond's",
        ),
        ("eval nowhere.onnx --data DATA".into(), "nowhere.onnx"),
    ] {
        place.fail(&arguments, what);
    }
}
