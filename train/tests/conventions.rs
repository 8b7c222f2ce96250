//! Conventions of files, and how data is checked against them: axes of normals, order and sign of curvature, and
//! labels that are asked for and are not there.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use image::{ImageBuffer, Luma, Rgb};
use indicatif::ProgressBar;
use multicond::{
    Size, files,
    label::{Axes, LabelMap},
    model::Manifest,
};
use multicond_train::{
    data::{
        Dataset, OpenOptions, PrepareOptions,
        inspect::{check, require_filled},
        prepare,
    },
    net::Preset,
    onnx::{self, ModelInfo},
};
use tempfile::TempDir;

const SIDE: u32 = 96;
/// Radius of the ball, its distance, and that of the wall behind it, in metres.
const RADIUS: f32 = 0.5;
const BALL: f32 = 2.0;
const WALL: f32 = 3.0;

/// What is written and what is said about it.
struct Scene {
    axes: &'static str,
    layout_toml: Option<&'static str>,
    /// The sign of curvature, and whether files have the larger absolute value first.
    convex: f32,
    by_size: bool,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            axes: "right,down,away",
            layout_toml: None,
            convex: 1.0,
            by_size: true,
        }
    }
}

/// Depth, normal and principal curvatures of a ball with a fin in front of a wall that is turned to the right and down.
fn surface(x: u32, y: u32) -> (f32, [f32; 3], [f32; 2]) {
    let focal = SIDE as f32 / 2.0 / 30f32.to_radians().tan();
    let right = (x as f32 + 0.5 - SIDE as f32 / 2.0) / focal;
    let up = (SIDE as f32 / 2.0 - y as f32 - 0.5) / focal;
    let square = right * right + up * up + 1.0;
    let root = BALL * BALL - square * (BALL * BALL - RADIUS * RADIUS);
    if root > 0.0 {
        let depth = (BALL - root.sqrt()) / square;
        let normal = [right * depth, up * depth, BALL - depth].map(|n| n / RADIUS);
        // Not that of a ball, so that the order of two different numbers shows.
        return (depth, normal, [1.0 / RADIUS, 0.4 / RADIUS]);
    }
    let normal = [0.4, -0.3, (1.0f32 - 0.25).sqrt()];
    let depth = -WALL * normal[2] / (normal[0] * right + normal[1] * up - normal[2]);
    (depth, normal, [0.5, -2.0])
}

impl Scene {
    fn write(&self) -> TempDir {
        let folder = TempDir::new().unwrap();
        let path = |domain: &str| {
            let name = format!("point_0_view_0_domain_{domain}.png");
            let folder = folder.path().join(domain);
            fs::create_dir_all(&folder).unwrap();
            folder.join(name)
        };
        let rgb = |domain: &str, value: &dyn Fn(u32, u32) -> [u8; 3]| {
            let picture = ImageBuffer::from_fn(SIDE, SIDE, |x, y| Rgb(value(x, y)));
            picture.save(path(domain)).unwrap();
        };
        rgb("rgb", &|x, y| [x as u8, y as u8, 90]);
        let axes: Axes = self.axes.parse().unwrap();
        rgb("normal", &|x, y| {
            let stored = axes.from_ours(surface(x, y).1);
            stored.map(|n| (n * 127.0 + 127.0).round() as u8)
        });
        rgb("principal_curvature", &|x, y| {
            let [k1, k2] = surface(x, y).2.map(|k| self.convex * k);
            let swap = if self.by_size {
                k1.abs() < k2.abs()
            } else {
                k1 < k2
            };
            let code = |k: f32| (k * 0.03 * 127.0 + 127.0).round() as u8;
            if swap {
                [code(k2), code(k1), 0]
            } else {
                [code(k1), code(k2), 0]
            }
        });
        ImageBuffer::from_fn(SIDE, SIDE, |x, y| {
            Luma([(surface(x, y).0 * 512.0).round() as u16])
        })
        .save(path("depth_zbuffer"))
        .unwrap();
        let info = path("point_info").with_extension("json");
        fs::write(info, r#"{"field_of_view_rads": 1.0471976}"#).unwrap();
        if let Some(text) = self.layout_toml {
            fs::write(folder.path().join("layout.toml"), text).unwrap();
        }
        folder
    }
}

fn open(folder: &Path, axes: Option<&str>) -> Dataset {
    let options = OpenOptions {
        normal_axes: axes.map(|axes| axes.parse().unwrap()),
        ..OpenOptions::default()
    };
    Dataset::open_with(folder, &options).unwrap()
}

fn map(dataset: &Dataset, name: &str) -> LabelMap {
    let label = dataset.label(name).unwrap().clone();
    dataset.read_whole(0, &[label]).unwrap().labels.remove(0)
}

fn is_true(normals: &LabelMap) -> bool {
    let LabelMap::Values(normals) = normals else {
        panic!("normals are continuous")
    };
    (0..SIDE).step_by(7).all(|y| {
        (0..SIDE).step_by(5).all(|x| {
            let expected = surface(x, y).1;
            (0..3).all(|c| (normals[[c, y as usize, x as usize]] - expected[c]).abs() < 0.02)
        })
    })
}

/// The manifest of a model for this data, as its file has it.
fn manifest(dataset: &Dataset) -> String {
    let info = ModelInfo {
        name: "test".into(),
        trained_size: dataset.training_size(),
        training: None,
        notice: None,
    };
    let network = Preset::Small.network(256);
    serde_json::to_string(&onnx::manifest(info, dataset.labels(), &network)).unwrap()
}

fn messages(dataset: &Dataset) -> Vec<String> {
    let problems = check(dataset, &ProgressBar::hidden()).unwrap();
    problems
        .into_iter()
        .map(|problem| problem.message)
        .collect()
}

fn prepared(dataset: &Dataset, folder: &Path, options: PrepareOptions) -> anyhow::Result<Dataset> {
    let size = Some(Size {
        width: SIDE as usize,
        height: SIDE as usize,
    });
    let options = PrepareOptions { size, ..options };
    prepare(dataset, folder, &options, &ProgressBar::hidden())?;
    Dataset::open(folder)
}

#[test]
fn normals_are_read_along_the_axes_of_the_dataset_of_its_settings_or_of_the_option() {
    for (axes, layout_toml, option) in [
        ("right,down,away", None, None),
        (
            "right,up,towards",
            Some("normal_axes = \"right,up,towards\""),
            None,
        ),
        (
            "away,left,down",
            Some("normal_axes = 'away,left,down'\n"),
            None,
        ),
        ("right,up,away", None, Some("right,up,away")),
        (
            "right,up,towards",
            Some("normal_axes = \"up,right,away\""),
            Some("right,up,towards"),
        ),
        ("right,down,away", Some("# nothing"), None),
    ] {
        let scene = Scene {
            axes,
            layout_toml,
            ..Scene::default()
        };
        let folder = scene.write();
        let dataset = open(folder.path(), option);
        assert!(is_true(&map(&dataset, "normals")), "{axes}");
        assert_eq!(messages(&dataset), [""; 0], "{axes}");
        // What a model file says about its labels, and what `generate` reads with it.
        let json = manifest(&dataset);
        assert_eq!(json.contains("axes"), axes != "right,up,towards", "{json}");
        let of_model: Manifest = serde_json::from_str(&json).unwrap();
        let mut labels = of_model.labels.iter();
        let of_model = labels.find(|label| label.name == "normals").unwrap();
        let file = folder
            .path()
            .join("normal/point_0_view_0_domain_normal.png");
        let generated_from = files::read_label(file, of_model).unwrap();
        assert_eq!(generated_from, map(&dataset, "normals"), "{axes}");
    }
}

#[test]
fn a_prepared_dataset_holds_our_axes_and_remembers_those_of_the_files() {
    let folder = Scene::default().write();
    let destination = folder.path().join("prepared");
    let from_files = open(folder.path(), None);
    let made = prepared(&from_files, &destination, PrepareOptions::default()).unwrap();
    let axes = |dataset: &Dataset| dataset.label("normals").unwrap().png.unwrap().axes;
    assert_eq!(axes(&made), "right,down,away".parse().unwrap());
    assert!(is_true(&map(&made, "normals")));
    assert_eq!(map(&made, "curvature"), map(&from_files, "curvature"));
    assert_eq!(messages(&made), [""; 0]);
    assert_eq!(
        axes(&open(&destination, Some("right,down,away"))),
        axes(&made)
    );
    let options = OpenOptions {
        normal_axes: Some(Axes::OURS),
        ..OpenOptions::default()
    };
    let error = Dataset::open_with(&destination, &options)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("right,down,away") && error.contains("prepare it again"),
        "{error}"
    );
}

#[test]
fn the_check_proposes_the_axes_that_fit_the_depth() {
    for (axes, layout_toml, option) in [
        ("right,up,towards", None, None),
        (
            "right,down,away",
            Some("normal_axes = \"right,up,towards\""),
            None,
        ),
        ("right,up,away", None, Some("right,down,towards")),
        ("left,down,towards", None, None),
        ("up,away,right", None, None),
    ] {
        let scene = Scene {
            axes,
            layout_toml,
            ..Scene::default()
        };
        let folder = scene.write();
        let found = messages(&open(folder.path(), option));
        let line = format!("normal_axes = \"{axes}\"");
        let proposed = found.last().expect("the normals are wrong");
        assert!(
            proposed.contains(&line) && proposed.contains("layout.toml"),
            "{axes}: {found:?}"
        );
        assert!(proposed.contains(&format!("--normal-axes {axes}")));
        // Following the proposal settles it.
        fs::write(folder.path().join("layout.toml"), line).unwrap();
        assert_eq!(messages(&open(folder.path(), None)), [""; 0], "{axes}");
    }
}

#[test]
fn curvature_is_sorted_and_its_sign_is_checked() {
    for (convex, by_size) in [(1.0, true), (1.0, false), (-1.0, true), (-1.0, false)] {
        let scene = Scene {
            convex,
            by_size,
            ..Scene::default()
        };
        let folder = scene.write();
        let dataset = open(folder.path(), None);
        let LabelMap::Values(curvature) = map(&dataset, "curvature") else {
            panic!("curvature is continuous")
        };
        for (x, y) in [(5, 5), (48, 48), (60, 40), (90, 12)] {
            let mut expected = surface(x, y).2.map(|k| convex * k);
            expected.sort_by(|a, b| b.total_cmp(a));
            for (k, expected) in expected.into_iter().enumerate() {
                let found = curvature[[k, y as usize, x as usize]];
                assert!((found - expected).abs() < 0.2, "{found} for {expected}");
            }
        }
        let label = dataset.label("curvature").unwrap();
        let file = "principal_curvature/point_0_view_0_domain_principal_curvature.png";
        let again = files::read_label(folder.path().join(file), label).unwrap();
        assert_eq!(again, LabelMap::Values(curvature));
        let found = messages(&dataset);
        match convex > 0.0 {
            true => assert_eq!(found, [""; 0]),
            false => assert!(
                found.len() == 1 && found[0].contains("opposite sign"),
                "{found:?}"
            ),
        }
    }
}

/// A folder with a table: this header and a picture for each of these rows of cells, and more files.
fn table(header: &str, rows: &[&str], files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut text = format!("image,{header}\n");
    for (number, row) in rows.iter().enumerate() {
        let picture = ImageBuffer::from_fn(8, 8, |x, y| Rgb([x as u8, y as u8, number as u8]));
        picture
            .save(folder.path().join(format!("{number}.png")))
            .unwrap();
        text += &format!("{number}.png,{row}\n");
    }
    let gray = |name: &str, value: u16| {
        let picture = ImageBuffer::from_fn(8, 8, |_, _| Luma([value]));
        picture.save(folder.path().join(name)).unwrap();
    };
    gray("near.png", 512);
    gray("hole.png", 65_535);
    ImageBuffer::from_fn(8, 8, |x, _| Luma([1 + (x > 3) as u8]))
        .save(folder.path().join("ids.png"))
        .unwrap();
    fs::write(folder.path().join("table.csv"), text).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const DEPTH_IN_MM: &str = r#"[{"name": "raw", "kind": "continuous", "channels": 1, "unit": "m",
    "encoding": {"type": "reciprocal", "half": 3.0}, "png": {"bits": 16, "zero": 0, "scale": 0.001}}]"#;

/// Checks, prepares and asks for training what must be refused, or accepted.
fn judge(folder: &Path, expected: &[&str]) {
    let dataset = Dataset::open(folder).unwrap();
    let found = messages(&dataset);
    let destination = folder.join("prepared");
    let refused = prepared(&dataset, &destination, PrepareOptions::default());
    if expected.is_empty() {
        assert_eq!(found, [""; 0]);
        refused.unwrap();
        return require_filled(&dataset, None).unwrap();
    }
    let error = format!("{:#}", refused.unwrap_err());
    let also = format!("{:#}", require_filled(&dataset, None).unwrap_err());
    assert_eq!(error, also);
    assert!(error.contains("--allow-missing"), "{error}");
    for part in expected {
        assert!(
            found.iter().any(|message| message.contains(part)),
            "{part}: {found:?}"
        );
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!destination.exists() && !folder.join("prepared.unfinished").exists());
    let allowed = PrepareOptions {
        allow_missing: true,
        ..PrepareOptions::default()
    };
    prepared(&dataset, &destination, allowed).unwrap();
}

#[test]
fn a_label_of_a_table_that_no_file_fills_is_refused() {
    let classes = ("classes.json", r#"["wall", "floor", "lamp"]"#);
    // A column without a cell, and one whose files know nothing.
    let folder = table("depth,normals", &["near.png,", "near.png,"], &[]);
    judge(
        folder.path(),
        &["`normals`: its column has only empty cells"],
    );
    let folder = table("depth", &["hole.png", "hole.png"], &[]);
    judge(
        folder.path(),
        &["`depth`: has no value in any of 2 frames", "hole.png"],
    );
    let folder = table("depth", &["near.png"], &[("labels.json", DEPTH_IN_MM)]);
    judge(folder.path(), &["`raw`: labels.json describes it"]);
    let folder = table("depth", &["near.png"], &[classes]);
    judge(folder.path(), &["`semantics`: classes.json names classes"]);
    let folder = table("depth,instances", &["near.png,", "near.png,"], &[]);
    judge(
        folder.path(),
        &["`instances`: its column has only empty cells"],
    );
}

#[test]
fn labels_that_are_partly_missing_are_accepted() {
    let classes = ("classes.json", r#"["wall", "floor", "lamp"]"#);
    // Only the last of many frames has a value; one of three classes never occurs.
    let mut rows = vec!["hole.png,"; 70];
    rows[69] = "near.png,ids.png";
    judge(table("depth,semantics", &rows, &[classes]).path(), &[]);
    judge(
        table("depth,semantics", &[",ids.png", "near.png,"], &[classes]).path(),
        &[],
    );
}

#[test]
fn labels_that_the_user_did_not_choose_may_be_missing() {
    let folder = table("depth,normals", &["near.png,"], &[]);
    let dataset = Dataset::open(folder.path()).unwrap();
    let options = PrepareOptions {
        labels: Some(vec!["depth".into()]),
        ..PrepareOptions::default()
    };
    prepared(&dataset, &folder.path().join("prepared"), options).unwrap();
    let depth = [dataset.label("depth").unwrap().clone()];
    require_filled(&dataset, Some(&depth)).unwrap();
}

/// Frames with a segmentation in colours: half blue, half green.
fn colored(settings: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let save = |name: &str, value: &dyn Fn(u32) -> [u8; 3]| {
        let picture = ImageBuffer::from_fn(8, 8, |x, _| Rgb(value(x)));
        picture.save(folder.path().join(name)).unwrap();
    };
    for frame in ["a", "b"] {
        save(&format!("{frame}.rgb.png"), &|x| [x as u8, 0, 0]);
        save(&format!("{frame}.seg.png"), &|x| {
            if x < 4 { [0, 0, 255] } else { [0, 255, 0] }
        });
    }
    fs::write(folder.path().join("frames.toml"), settings).unwrap();
    folder
}

#[test]
fn colours_and_rules_that_fit_nothing_are_named() {
    let settings = |colors: &[(&str, &str)]| {
        let mut text = "classes = ['wall', 'seat']\n[files]\npicture = '{frame}.rgb.png'\n\
                        semantics = '{frame}.seg.png'\n"
            .to_owned();
        for (color, class) in colors {
            text += &format!("[[colors]]\ncolor = '{color}'\nclass = '{class}'\n");
        }
        text
    };
    judge(
        colored(&settings(&[("#0000ff", "wall"), ("#00ff00", "seat")])).path(),
        &[],
    );
    // None fits.
    let folder = colored(&settings(&[("#0000fe", "wall"), ("#ff00ff", "seat")]));
    judge(folder.path(), &["`semantics`", "`#0000fe`", "`#ff00ff`"]);
    // One of two fits: a problem of the dataset, but it can be used.
    let folder = colored(&settings(&[("#0000ff", "wall"), ("#ff8000", "seat")]));
    let dataset = Dataset::open(folder.path()).unwrap();
    let found = messages(&dataset);
    assert!(
        found.len() == 1 && found[0].contains("`#ff8000`"),
        "{found:?}"
    );
    require_filled(&dataset, None).unwrap();
}

#[test]
fn the_commands_say_it_and_go_on_when_told() {
    let folder = table("depth,normals", &["near.png,"], &[]);
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_multicond-train"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = run(&["data", "check", "."]);
    assert_eq!(code, Some(2));
    assert!(text.contains("the dataset: label `normals`"), "{text}");
    assert!(
        text.contains("0 of 1 frames have problems, and the dataset has one"),
        "{text}"
    );
    let (code, text) = run(&["data", "check", ".", "--json"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("\"frame\": null"), "{text}");
    let prepare = ["data", "prepare", ".", "-o", "made", "--size", "8x8"];
    let (code, text) = run(&prepare);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("`normals`") && text.contains("--allow-missing"),
        "{text}"
    );
    let (code, text) = run(&[&prepare[..], &["--allow-missing"]].concat());
    assert_eq!(code, Some(0), "{text}");
    fs::write(
        folder.path().join("recipe.toml"),
        "name = 'test'\npreset = 'small'\n",
    )
    .unwrap();
    let train = [
        "train",
        "--config",
        "recipe.toml",
        "--data",
        ".",
        "--out",
        "run",
    ];
    let (code, text) = run(&train);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("`normals`") && text.contains("--allow-missing"),
        "{text}"
    );
    assert!(!folder.path().join("run").exists());
    let (code, text) = run(&["data", "check", ".", "--normal-axes", "right,up,forward"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("right,down,away"), "{text}");
    let (code, text) = run(&["data", "check", ".", "--normal-axes", "right,down,away"]);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("Taskonomy layout") && text.contains("labels.json"),
        "{text}"
    );
}
