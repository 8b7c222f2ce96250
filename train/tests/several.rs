//! Several datasets as one, and models on data that lacks some of their labels and classes.

#![allow(clippy::unwrap_used)]

#[path = "common/recipe.rs"]
mod recipe;
#[path = "common/tiny.rs"]
mod tiny;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use multicond::label::LabelMap;
use multicond_train::data::{Dataset, OpenOptions, inspect::Shortfall};
use recipe::RECIPE;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with `a` (Taskonomy: semantics of `left` and `right`, depth) and `b`, a table with other classes and edges,
/// without depth.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::rename(tiny::data().keep(), folder.path().join("a")).unwrap();
        let b = folder.path().join("b");
        fs::create_dir(&b).unwrap();
        fs::write(b.join("classes.json"), r#"["rug", "Right", "sofa"]"#).unwrap();
        let mut table = "name,image,semantics,edges\n".to_owned();
        for frame in 0..3u32 {
            let path = |what: &str| b.join(format!("{what}{frame}.png"));
            RgbImage::from_fn(tiny::SIDE, tiny::SIDE, |x, y| Rgb([x as u8, y as u8, 90]))
                .save(path("rgb"))
                .unwrap();
            // A quarter each of rug, Right, sofa and missing. In tables the file's value is the class plus one.
            ImageBuffer::from_fn(tiny::SIDE, tiny::SIDE, |x, _| {
                Luma([((x / 8 + 1) % 4) as u8])
            })
            .save(path("ids"))
            .unwrap();
            ImageBuffer::from_fn(tiny::SIDE, tiny::SIDE, |x, _| Luma([(x * 2000) as u16]))
                .save(path("edges"))
                .unwrap();
            // The first frame has the name of one of `a`.
            let name = ["point_0_view_0", "second", "third"][frame as usize];
            table += &format!("{name},rgb{frame}.png,ids{frame}.png,edges{frame}.png\n");
        }
        fs::write(b.join("b.csv"), table).unwrap();
        fs::write(folder.path().join("recipe.toml"), RECIPE).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, arguments: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_multicond-train"))
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("RUST_LOG")
            .output()
            .unwrap()
    }

    /// Standard output and error of a command that succeeds.
    #[track_caller]
    fn succeed(&self, arguments: &str) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "{arguments}: {err}");
        (out, err)
    }

    #[track_caller]
    fn fail(&self, arguments: &str, what: &str) {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.contains(what), "{arguments}: {stderr}");
    }

    fn open(&self, roots: &[&str], table: &str) -> anyhow::Result<Dataset> {
        let roots: Vec<PathBuf> = roots.iter().map(|root| self.path(root)).collect();
        let options = OpenOptions {
            class_table: toml::from_str(table).unwrap(),
            ..OpenOptions::default()
        };
        Dataset::open_all(&roots, &options)
    }
}

fn ids(map: &LabelMap) -> Vec<i32> {
    match map {
        LabelMap::Classes(ids) => ids.row(0).iter().step_by(8).copied().collect(),
        LabelMap::Values(_) => panic!("classes"),
    }
}

fn names(labels: &[multicond::label::Label]) -> Vec<&str> {
    labels.iter().map(|label| label.name.as_str()).collect()
}

#[test]
fn classes_meet_by_name_and_labels_that_one_lacks_are_missing() {
    let place = Place::new();
    let data = place.open(&["a", "b/b.csv"], "").unwrap();
    assert_eq!(names(data.labels()), ["semantics", "depth", "edges"]);
    let classes = data.class_label().unwrap().classes().unwrap();
    assert_eq!(classes, ["left", "right", "rug", "sofa"]);
    // The names of frames stay unique.
    assert_eq!(data.frames().len(), 7);
    assert!(
        data.frames()[0].ends_with("/a/point_0_view_0"),
        "{:?}",
        data.frames()
    );
    assert!(data.frames()[4].ends_with("b/b.csv/point_0_view_0"));
    let b = data.read_whole(4, data.labels()).unwrap();
    assert_eq!(b.name, data.frames()[4]);
    assert_eq!(ids(&b.labels[0]), [2, 1, 3, 255]);
    assert_eq!(b.labels[1].known_share(&data.labels()[1]), 0.0);
    assert_eq!(b.labels[2].known_share(&data.labels()[2]), 1.0);
    let a = data.read_whole(0, data.labels()).unwrap();
    assert_eq!(a.labels[2].known_share(&data.labels()[2]), 0.0);
    // A model's own list, in another order and without some.
    let model = data
        .class_label()
        .unwrap()
        .clone()
        .with_classes(["RIGHT", "lamp"]);
    let again = data.with_missing(&[]);
    let schema = [model];
    let b = again.read_whole(4, &schema).unwrap();
    assert_eq!(ids(&b.labels[0]), [255, 0, 255, 255]);
    let shares: Vec<_> = again
        .unfit_classes(&schema)
        .into_iter()
        .map(|unfit| (unfit.class, unfit.share))
        .collect();
    let expected = [("left", None), ("rug", Some(0.25)), ("sofa", Some(0.25))];
    assert_eq!(
        shares,
        expected.map(|(class, share)| (class.to_owned(), share))
    );
}

#[test]
fn a_table_says_what_classes_are() {
    let place = Place::new();
    let table = "sofa = 'left'\n['b/b.csv']\nrug = ''";
    let data = place.open(&["a", "b/b.csv"], table).unwrap();
    assert_eq!(
        data.class_label().unwrap().classes().unwrap(),
        ["left", "right"]
    );
    let b = data.read_whole(4, data.labels()).unwrap();
    assert_eq!(ids(&b.labels[0]), [255, 1, 0, 255]);
    assert!(data.unused_rules().is_empty());
    let data = place.open(&["a"], "moon = 'left'\n[c]\nleft = ''").unwrap();
    assert_eq!(
        data.unused_rules(),
        ["no dataset is called `c`", "no dataset has `moon`"]
    );
    // A class that the model does not have is no class to become.
    let data = place.open(&["a", "b/b.csv"], "sofa = 'seat'").unwrap();
    let model = [data
        .class_label()
        .unwrap()
        .clone()
        .with_classes(["right", "left"])];
    let error = Shortfall::of(&data, &model).unwrap_err().to_string();
    assert!(
        error.contains("`sofa` of") && error.contains("`seat`"),
        "{error}"
    );
}

#[test]
fn labels_of_one_name_must_fit() {
    let place = Place::new();
    let labels = json!([{"name": "depth", "kind": "continuous", "channels": 1, "unit": "mm",
        "encoding": {"type": "reciprocal", "half": 3000.0}}]);
    place.write("b/labels.json", &labels.to_string());
    place.write("b/b.csv", "image,depth\nrgb0.png,edges0.exr\n");
    let error = format!("{:#}", place.open(&["a", "b/b.csv"], "").unwrap_err());
    assert!(
        error.contains("`depth`") && error.contains("`mm`"),
        "{error}"
    );
    let error = format!("{:#}", place.open(&["a", "a"], "").unwrap_err());
    assert!(error.contains("two datasets are called"), "{error}");
}

const MIXTURE: &str = "
[classes]
sofa = 'left'

[[dataset]]
path = 'a'
name = 'first'
weight = 0.5

[[dataset]]
path = 'b/b.csv'
weight = 2
derive = ['edges=canny']
classes = { rug = '' }
";

#[test]
fn a_list_of_datasets_has_weights_and_options() {
    let place = Place::new();
    place.write("mixture.toml", MIXTURE);
    let (out, _) = place.succeed("data stats mixture.toml --json");
    let stats: Value = serde_json::from_str(&out).unwrap();
    let datasets = stats["datasets"].as_array().unwrap();
    assert_eq!(
        datasets[0],
        json!({"name": "first", "frames": 4, "pictures_per_epoch": 2})
    );
    assert_eq!(datasets[1]["pictures_per_epoch"], 6);
    let dropped = &stats["missing"]["classes"];
    assert_eq!(dropped.as_array().unwrap().len(), 1);
    assert_eq!(
        (&dropped[0]["class"], &dropped[0]["share"]),
        (&json!("rug"), &json!(0.25))
    );
    let lacking = stats["missing"]["labels"].as_array().unwrap();
    assert_eq!(lacking[0]["label"], "edges");
    assert_eq!(lacking[0]["derive"][0], json!(["edges=canny"]));
    let (out, _) = place.succeed("data stats mixture.toml");
    assert!(
        out.contains("first: 4 frames, 2 pictures") && out.contains("rug 25 %"),
        "{out}"
    );
    // Frames are listed by the names that the mixture gives them.
    place.write("some.txt", "b/b.csv/second\nfirst/point_0_view_3\n");
    let listed = MIXTURE.replace("path = 'b/b.csv'", "path = 'b/b.csv'\nname = 'b/b.csv'");
    place.write("listed.toml", &listed);
    let (out, _) = place.succeed("data stats listed.toml --frames some.txt --json");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["frames"], 2);
    for (from, to, what) in [
        ("weight = 2", "weight = 0", "dataset `b/b.csv`: weight is 0"),
        ("weight = 2", "wait = 2", "unknown field `wait`"),
        ("edges=canny", "edges=sobel", "edges=canny"),
        (
            "path = 'a'",
            "path = 'a'\nformat = 'exr'",
            "expected prepared, taskonomy",
        ),
        ("path = 'a'", "path = 'nowhere'", "nowhere"),
        ("name = 'first'", "split = 'train'", "no split `train`"),
    ] {
        place.write("broken.toml", &MIXTURE.replace(from, to));
        place.fail("data stats broken.toml", what);
    }
    place.write("broken.toml", "dataset = []");
    place.fail("data stats broken.toml", "1 to 64 datasets");
}

/// A run on a mixture can be stopped and resumed, and gives the same weights as one without a break.
#[test]
fn training_on_a_mixture_is_reproducible() {
    let place = Place::new();
    place.write("mixture.toml", MIXTURE);
    let train = "train --config recipe.toml --data mixture.toml --validation a --out";
    let (_, said) = place.succeed(&format!("{train} whole --steps 12"));
    assert!(
        said.contains("first: 4 frames, 2 of 8 pictures in an epoch (25 %)"),
        "{said}"
    );
    assert!(
        said.contains("first: has no label edges (--derive edges=canny or"),
        "{said}"
    );
    assert!(
        said.contains("missing there, at 25 % of the pixels: rug 25 %"),
        "{said}"
    );
    place.succeed(&format!("{train} parts --steps 5"));
    place.succeed("train --resume --data mixture.toml --out parts --steps 12");
    let last = "checkpoints/step_00000012";
    tiny::assert_same_weights(
        &place.path("parts").join(last),
        &place.path("whole").join(last),
    );
}

#[test]
fn a_recipe_names_the_models_classes() {
    let place = Place::new();
    place.write(
        "own.toml",
        &RECIPE.replace("name =", "classes = ['sofa', 'Left']\nname ="),
    );
    let train = "train --config own.toml --data a --data b/b.csv --steps 1 --out";
    let (_, said) = place.succeed(&format!("{train} run"));
    let lost: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("classes of semantics"))
        .collect();
    assert!(
        lost[0].contains("right") && lost[1].contains("rug 25 %, Right 25 %"),
        "{said}"
    );
    let config = fs::read_to_string(place.path("run/checkpoints/step_00000001/config.toml"));
    assert!(config.unwrap().contains("classes = [\"sofa\", \"Left\"]"));
    // What is asked for and is nowhere is an error.
    place.write(
        "own.toml",
        &RECIPE.replace("name =", "classes = ['sofa', 'moon']\nname ="),
    );
    place.fail(&format!("{train} other"), "no class of `semantics` is moon");
    place.succeed(&format!("{train} other --allow-missing"));
}

#[test]
fn a_prepared_mixture_reads_as_the_mixture() {
    let place = Place::new();
    place.write("mixture.toml", MIXTURE);
    let (_, said) = place.succeed("data prepare mixture.toml -o prepared --size 32x32");
    assert!(said.contains("rug 25 %"), "{said}");
    let source = Dataset::open(&place.path("mixture.toml")).unwrap();
    let prepared = Dataset::open(&place.path("prepared")).unwrap();
    assert_eq!(prepared.frames(), source.frames());
    assert_eq!(names(prepared.labels()), names(source.labels()));
    for index in 0..7 {
        let [a, b] =
            [&source, &prepared].map(|data| data.read_whole(index, data.labels()).unwrap());
        assert_eq!(a.picture, b.picture);
        for ((a, b), label) in a.labels.iter().zip(&b.labels).zip(source.labels()) {
            match (a, b) {
                (LabelMap::Classes(a), LabelMap::Classes(b)) => assert_eq!(a, b),
                (LabelMap::Values(a), LabelMap::Values(b)) => {
                    let is_near = |(a, b): (&f32, &f32)| {
                        (a.is_nan() && b.is_nan()) || (a - b).abs() < 2e-3 * a.abs().max(1.0)
                    };
                    assert!(a.iter().zip(b).all(is_near), "{}", label.name);
                }
                _ => panic!("of another kind"),
            }
        }
    }
    // Every frame is checked with the labels of its own dataset.
    place.succeed("data check a b/b.csv --good good.txt");
    let (said, _) = place.succeed("data check a b/b.csv --frames good.txt");
    assert!(said.contains("7 frames, nothing wrong"), "{said}");
    assert_eq!(
        fs::read_to_string(place.path("good.txt"))
            .unwrap()
            .lines()
            .count(),
        7
    );
}

#[test]
fn a_model_is_scored_on_what_is_there() {
    let place = Place::new();
    place.succeed("train --config recipe.toml --data a --steps 1 --out run");
    let eval = "eval run --metrics pixels --engine tract --json --data";
    let (out, said) = place.succeed(&format!("{eval} b/b.csv"));
    assert!(said.contains("has no label depth: missing there"), "{said}");
    assert!(
        said.contains("sofa 25 %") && said.contains("rug 25 %"),
        "{said}"
    );
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["missing"]["labels"][0]["label"], "depth");
    assert_eq!(found["missing"]["classes"][0]["class"], "rug");
    assert_eq!(found["missing"]["classes"][0]["share"], 0.25);
    // Without what is there the picture is another one: the classes that fit were used.
    place.write("none.toml", "Right = ''");
    let (none, _) = place.succeed(&format!("{eval} b/b.csv --class-table none.toml"));
    let psnr = |out: &str| {
        serde_json::from_str::<Value>(out).unwrap()["rows"][0]["scores"]["psnr"].clone()
    };
    assert_ne!(psnr(&out), psnr(&none));
    let (both, _) = place.succeed(&format!("{eval} b/b.csv --data a --pictures pictures"));
    assert_eq!(serde_json::from_str::<Value>(&both).unwrap()["frames"], 7);
    let pictures = fs::read_dir(place.path("pictures/run")).unwrap();
    assert_eq!(pictures.count(), 7);
    // A label that the user names is an error if it is not there, and so is data without any of the labels.
    place.fail(
        &format!("{eval} b/b.csv --remove depth"),
        "--remove depth: not a label that",
    );
    fs::create_dir(place.path("photos")).unwrap();
    fs::copy(place.path("b/rgb0.png"), place.path("photos/a.png")).unwrap();
    place.fail(&format!("{eval} photos"), "none of the labels of run");
}
