//! Layouts with unusual files: names with dots, tables with user-defined labels, mistakes.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use exr::prelude as ex;
use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};
use indicatif::ProgressBar;
use multicond::{Size, label::LabelMap};
use multicond_train::data::{Dataset, OpenOptions, PrepareOptions, inspect::check, prepare};
use tempfile::TempDir;

const WIDTH: usize = 12;
const HEIGHT: usize = 8;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn gray_picture(path: &Path, value: u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    RgbImage::from_pixel(WIDTH as u32, HEIGHT as u32, Rgb([value; 3]))
        .save(path)
        .unwrap();
}

/// A renderer's file with depth and normals along x.
fn write_layers(path: &Path) {
    let plane = |name: &str, value: f32| {
        let samples = vec![value; WIDTH * HEIGHT];
        ex::AnyChannel::new(name, ex::FlatSamples::F32(samples))
    };
    let channels = ex::AnyChannels::sort(ex::SmallVec::from_vec(vec![
        plane("ViewLayer.Depth.Z", 2.0),
        plane("ViewLayer.Normal.X", 1.0),
        plane("ViewLayer.Normal.Y", 0.0),
        plane("ViewLayer.Normal.Z", 0.0),
    ]));
    let layer = ex::Layer::new(
        (WIDTH, HEIGHT),
        ex::LayerAttributes::default(),
        ex::Encoding::FAST_LOSSLESS,
        channels,
    );
    ex::WritableImage::write(&ex::Image::from_layer(layer))
        .to_file(path)
        .unwrap();
}

fn error_of<T>(result: anyhow::Result<T>) -> String {
    format!("{:#}", result.err().expect("an error"))
}

/// Unreal names frames with dots: the picture must be that of the same frame, not `shot.png`.
#[test]
fn frames_may_have_dots_in_their_names() {
    let folder = folder();
    for (number, value) in [("0001", 51), ("0002", 102)] {
        write_layers(&folder.path().join(format!("shot.{number}.exr")));
        gray_picture(&folder.path().join(format!("shot.{number}.png")), value);
    }
    gray_picture(&folder.path().join("shot.png"), 255);
    let data = Dataset::open(folder.path()).unwrap();
    assert_eq!(data.frames(), ["shot.0001", "shot.0002"]);
    let depth = vec![data.label("depth").unwrap().clone()];
    let sample = data.read_whole(1, &depth).unwrap();
    assert_eq!(sample.picture[[0, 0, 0]], 0.4);
}

#[test]
fn a_camera_that_is_needed_is_asked_for_by_its_file() {
    let folder = folder();
    write_layers(&folder.path().join("frame.exr"));
    gray_picture(&folder.path().join("frame.png"), 9);
    let data = Dataset::open(folder.path()).unwrap();
    let error = error_of(data.read_whole(0, data.labels()));
    assert!(error.contains("frame.json: not there"), "{error}");
    let camera = |matrix: &str, unit: f32| {
        let text = format!(
            r#"{{"version": 1, "width": {WIDTH}, "height": {HEIGHT}, "metres_per_unit": {unit},
            "intrinsics": {{"fx": 9, "fy": 9, "cx": 6, "cy": 4}}, "camera_to_world": {matrix}}}"#
        );
        fs::write(folder.path().join("frame.json"), text).unwrap();
        data.read_whole(0, data.labels())
    };
    // The camera looks along -x of the scene, so normals along x face the camera.
    let turned = "[[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]";
    let sample = camera(turned, 0.5).unwrap();
    let [LabelMap::Values(depth), LabelMap::Values(normals)] = &sample.labels[..] else {
        panic!("depth and normals")
    };
    assert_eq!(depth[[0, 0, 0]], 1.0);
    assert_eq!(normals[[2, 3, 3]], 1.0);
    let scaled = turned.replace('1', "2");
    assert!(error_of(camera(&scaled, 1.0)).contains("length 1"));
    assert!(error_of(camera(turned, -1.0)).contains("metres_per_unit"));
}

/// A renderer's file with these channels, each of one value, and text attributes in the header.
fn write_channels(path: &Path, channels: &[(&str, f32)], texts: &[(&str, &str)]) {
    let plane = |(name, value): &(&str, f32)| {
        let samples = vec![*value; WIDTH * HEIGHT];
        ex::AnyChannel::new(*name, ex::FlatSamples::F32(samples))
    };
    let channels = ex::AnyChannels::sort(channels.iter().map(plane).collect());
    let mut attributes = ex::LayerAttributes::default();
    for (name, text) in texts {
        let text = ex::attribute::AttributeValue::Text(ex::Text::new_or_panic(*text));
        attributes.other.insert(ex::Text::new_or_panic(*name), text);
    }
    let encoding = ex::Encoding::FAST_LOSSLESS;
    let layer = ex::Layer::new((WIDTH, HEIGHT), attributes, encoding, channels);
    ex::WritableImage::write(&ex::Image::from_layer(layer))
        .to_file(path)
        .unwrap();
}

/// Layers of two cameras show different things, so they are never combined without being asked for.
#[test]
fn view_layers_are_not_mixed() {
    let folder = folder();
    let (path, config) = (
        folder.path().join("a.exr"),
        folder.path().join("frames.toml"),
    );
    gray_picture(&folder.path().join("a.png"), 9);
    let names = |settings: &str| {
        fs::write(
            &config,
            format!("[normals]\nspace = 'camera'\n[layers]\n{settings}"),
        )
        .unwrap();
        let data = Dataset::open(folder.path())?;
        let sample = data.read_whole(0, data.labels())?;
        let first = |map: &LabelMap| match map {
            LabelMap::Values(values) => values[[values.dim().0 - 1, 0, 0]],
            LabelMap::Classes(_) => panic!("class ids"),
        };
        let labels = data.labels().iter().zip(&sample.labels);
        Ok::<_, anyhow::Error>(
            labels
                .map(|(label, map)| (label.name.clone(), first(map)))
                .collect(),
        )
    };
    let known = |list: &[(&str, f32)]| -> Vec<(String, f32)> {
        list.iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect()
    };
    let normal = [
        ("B.Normal.X", 0.0),
        ("B.Normal.Y", 0.0),
        ("B.Normal.Z", 1.0),
    ];
    let [x, y, z] = normal;
    write_channels(&path, &[("A.Depth.Z", 2.0), x, y, z], &[]);
    let error = error_of::<Vec<(String, f32)>>(names(""));
    assert!(
        error.contains("`A.Depth` and `B.Normal`") && error.contains("view_layer"),
        "{error}"
    );
    assert_eq!(names("view_layer = 'A'").unwrap(), known(&[("depth", 2.0)]));
    assert_eq!(
        names("view_layer = 'b'").unwrap(),
        known(&[("normals", 1.0)])
    );
    let chosen = "depth = 'A.Depth'";
    assert_eq!(
        names(chosen).unwrap(),
        known(&[("depth", 2.0), ("normals", 1.0)])
    );
    let error = error_of::<Vec<(String, f32)>>(names("view_layer = 'C'"));
    assert!(error.contains("no layer in `C`"), "{error}");

    write_channels(
        &path,
        &[("A.Depth.Z", 2.0), ("B.Depth.Z", 3.0), x, y, z],
        &[],
    );
    let error = error_of::<Vec<(String, f32)>>(names(""));
    assert!(
        error.contains("a.exr") && error.contains("`A.Depth`, `B.Depth`"),
        "{error}"
    );
    assert!(error.contains("frames.toml"), "{error}");
    let both = known(&[("depth", 3.0), ("normals", 1.0)]);
    assert_eq!(names("view_layer = 'B'").unwrap(), both);
    assert_eq!(names("depth = 'B.Depth'").unwrap(), both);
    let error = error_of::<Vec<(String, f32)>>(names("depth = 'Depth'"));
    assert!(
        error.contains("several layers are called `Depth`"),
        "{error}"
    );
    let error = error_of::<Vec<(String, f32)>>(names("depth = 'Mist'"));
    assert!(error.contains("no layer `Mist`; there are"), "{error}");
}

/// The size of the layers is not that of the picture beside them.
#[test]
fn a_picture_of_another_size_is_named() {
    let folder = folder();
    write_layers(&folder.path().join("a.exr"));
    RgbImage::new(5, 4)
        .save(folder.path().join("a.png"))
        .unwrap();
    let data = Dataset::open(folder.path()).unwrap();
    let error = error_of(data.read_whole(0, data.labels()));
    assert!(error.contains("a.exr: is 12x8, but its picture"), "{error}");
    assert!(error.ends_with("a.png is 5x4"), "{error}");
}

const MATTES: [(&str, f32); 5] = [
    ("Z", 2.0),
    ("crypto_object00.R", 1.0),
    ("crypto_object00.G", 1.0),
    ("crypto_object00.B", 0.0),
    ("crypto_object00.A", 0.0),
];

/// What a check says about the only frame, a file with these attributes.
fn check_mattes(channels: &[(&str, f32)], texts: &[(&str, &str)]) -> String {
    let folder = folder();
    gray_picture(&folder.path().join("a.png"), 9);
    write_channels(&folder.path().join("a.exr"), channels, texts);
    let config = "classes = ['seat']\n[[objects]]\nname = 'Chair*'\nclass = 'seat'\n";
    fs::write(folder.path().join("frames.toml"), config).unwrap();
    let data = match Dataset::open(folder.path()) {
        Ok(data) => data,
        Err(error) => return format!("{error:#}"),
    };
    let problems = check(&data, &ProgressBar::hidden()).unwrap();
    problems
        .into_iter()
        .map(|problem| problem.message + "\n")
        .collect()
}

#[test]
fn mattes_that_lack_something_are_named() {
    let (name, manifest, file) = (
        "cryptomatte/1234567/name",
        "cryptomatte/1234567/manifest",
        "cryptomatte/1234567/manif_file",
    );
    let chair = r#"{"Chair": "3f800000"}"#;
    let named = (name, "crypto_object");
    assert_eq!(check_mattes(&MATTES, &[named, (manifest, chair)]), "");
    let said = check_mattes(&MATTES, &[]);
    assert!(
        said.contains("a.exr") && said.contains("header has no `cryptomatte/`"),
        "{said}"
    );
    let said = check_mattes(&MATTES, &[named, (file, "names/a.json")]);
    assert!(
        said.contains("`names/a.json`, which is not there"),
        "{said}"
    );
    let said = check_mattes(&MATTES, &[named, (manifest, "no JSON")]);
    assert!(said.contains("the manifest of `crypto_object`"), "{said}");
    let said = check_mattes(&MATTES[..1], &[named, (manifest, chair)]);
    assert!(said.contains("no layer `crypto_object00`"), "{said}");
    // Two sets of objects.
    let other = [
        ("B.crypto_object00.R", 1.0),
        ("B.crypto_object00.G", 1.0),
        ("B.crypto_object00.B", 1.0),
        ("B.crypto_object00.A", 1.0),
    ];
    let both = [
        &MATTES[..1],
        &other,
        &MATTES[1..]
            .iter()
            .map(|(name, value)| {
                let name: &'static str = format!("A.{name}").leak();
                (name, *value)
            })
            .collect::<Vec<_>>(),
    ]
    .concat();
    let said = check_mattes(&both, &[]);
    assert!(
        said.contains("`A.crypto_object`, `B.crypto_object`"),
        "{said}"
    );
}

#[test]
fn png_normals_have_to_be_called_unsigned() {
    let folder = folder();
    gray_picture(&folder.path().join("rgb/a.png"), 9);
    gray_picture(&folder.path().join("normals/a.png"), 255);
    let config = "[files]\npicture = 'rgb/{frame}.png'\nnormals = 'normals/{frame}.png'\n\
                  [normals]\nspace = 'camera'\n";
    let config_path = folder.path().join("frames.toml");
    fs::write(&config_path, config).unwrap();
    let read = || {
        let data = Dataset::open(folder.path())?;
        data.read_whole(0, data.labels())
    };
    assert!(error_of(read()).contains("unsigned"));
    fs::write(&config_path, format!("{config}range = 'unsigned'\n")).unwrap();
    read().unwrap();
}

/// A table with depth in millimetres, the camera, and objects in all frames but the first.
fn table() -> TempDir {
    let folder = folder();
    let root = folder.path();
    for name in ["a", "b"] {
        gray_picture(&root.join(format!("{name}.png")), 9);
    }
    ImageBuffer::from_fn(WIDTH as u32, HEIGHT as u32, |x, _| Luma([1000 * x as u16]))
        .save(root.join("depth.png"))
        .unwrap();
    ImageBuffer::from_fn(WIDTH as u32, HEIGHT as u32, |x, _| Luma([x as u16 / 6]))
        .save(root.join("objects.png"))
        .unwrap();
    fs::write(
        root.join("labels.json"),
        r#"[{"name": "depth", "kind": "continuous", "channels": 1, "unit": "m",
             "encoding": {"type": "reciprocal", "half": 3.0},
             "png": {"bits": 16, "zero": 0, "scale": 0.001, "missing": 0}}]"#,
    )
    .unwrap();
    fs::write(
        root.join("camera.json"),
        r#"{"version": 1, "width": 12, "height": 8,
            "intrinsics": {"fx": 9, "fy": 9, "cx": 6, "cy": 4}}"#,
    )
    .unwrap();
    let rows = "image,depth,instances,camera\na.png,depth.png,,camera.json\n\
                b.png,depth.png,objects.png,camera.json\n";
    fs::write(root.join("table.csv"), rows).unwrap();
    folder
}

fn options(size: Size) -> PrepareOptions {
    PrepareOptions {
        size: Some(size),
        ..PrepareOptions::default()
    }
}

#[test]
fn tables_describe_their_labels() {
    let folder = table();
    let data = Dataset::open(folder.path()).unwrap();
    let prepared = folder.path().join("prepared");
    let size = Size {
        width: 6,
        height: 4,
    };
    prepare(&data, &prepared, &options(size), &ProgressBar::hidden()).unwrap();
    let prepared = Dataset::open(&prepared).unwrap();
    for (data, step) in [(&data, 1), (&prepared, 2)] {
        let sample = data.read_whole(1, data.labels()).unwrap();
        let LabelMap::Values(depth) = &sample.labels[0] else {
            panic!("depth is continuous")
        };
        let x = 5 / step;
        let shown = (x * step + step / 2) as f32;
        assert!(
            (depth[[0, 1, x]] - shown).abs() < 1e-3,
            "{}",
            depth[[0, 1, x]]
        );
        assert_eq!(sample.instances.unwrap()[[0, 8 / step]], 1);
        assert_eq!(sample.camera.unwrap().fx, 9.0 / step as f32);
    }
    let first = prepared.read_whole(0, &[]).unwrap();
    assert!(first.instances.is_none());
}

#[test]
fn a_misspelt_column_is_detected() {
    let folder = table();
    fs::write(folder.path().join("table.csv"), "image,dpeth\na.png,\n").unwrap();
    let error = error_of(Dataset::open(folder.path()));
    assert!(
        error.contains("`dpeth`") && error.contains("depth"),
        "{error}"
    );
}

/// Resuming with another camera would mix two kinds of derived labels in one dataset.
#[test]
fn preparation_is_resumed_only_for_the_same_source() {
    let folder = table();
    fs::write(
        folder.path().join("table.csv"),
        "image,depth\na.png,depth.png\n",
    )
    .unwrap();
    let size = Size {
        width: WIDTH,
        height: HEIGHT,
    };
    let open = |degrees: f32| {
        let options = OpenOptions {
            derive: vec!["normals=depth".parse().unwrap()],
            field_of_view: Some(degrees),
            ..OpenOptions::default()
        };
        Dataset::open_with(&folder.path().join("table.csv"), &options).unwrap()
    };
    let destination = folder.path().join("prepared");
    let go = |data: &Dataset| prepare(data, &destination, &options(size), &ProgressBar::hidden());
    // At first, the only frame is unreadable, which leaves an unfinished folder.
    let picture = folder.path().join("a.png");
    let whole = fs::read(&picture).unwrap();
    fs::write(&picture, &whole[..20]).unwrap();
    assert!(error_of(go(&open(60.0))).contains("a.png"));
    fs::write(&picture, whole).unwrap();
    let error = error_of(go(&open(90.0)));
    assert!(error.contains("earlier attempt"), "{error}");
    go(&open(60.0)).unwrap();
}

fn command(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_multicond-train"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

#[test]
fn mistakes_on_the_command_line_give_one_clear_error() {
    let folder = table();
    let root = folder.path().display().to_string();
    let out = folder.path().join("out.png").display().to_string();
    for (arguments, expected) in [
        (
            vec!["preview", &root, "-o", &out, "--size", "0x0"],
            "1 to 16384",
        ),
        (vec!["preview", &root, "-o", &root], ".png"),
        (
            vec!["preview", &root, "-o", &out, "--derive", "edges=x"],
            "edges=canny",
        ),
        (
            vec!["preview", &root, "-o", &out, "--derive", "depth=no.toml"],
            "No such file",
        ),
        (
            vec!["preview", &root, "-o", &out, "--split", "train"],
            "has no splits",
        ),
        (vec!["stats", "/no/such/folder"], "/no/such/folder"),
        (vec!["prepare", &root, "-o", &root], "exists already"),
        (
            vec!["prepare", &root, "-o", &out, "--labels", "depth,depth"],
            "twice",
        ),
        (
            vec!["prepare", &root, "-o", &out, "--labels", "heat"],
            "it has depth",
        ),
    ] {
        let all = [&["data"], &arguments[..]].concat();
        let (code, said) = command(&all);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(expected), "{said}");
    }
    assert!(!Path::new(&out).exists());
}

/// Class ids without `classes.json` have no meaning.
#[test]
fn classes_need_names() {
    let folder = table();
    GrayImage::new(WIDTH as u32, HEIGHT as u32)
        .save(folder.path().join("classes.png"))
        .unwrap();
    fs::write(
        folder.path().join("table.csv"),
        "image,semantics\na.png,classes.png\n",
    )
    .unwrap();
    assert!(error_of(Dataset::open(folder.path())).contains("classes.json"));
}
