//! Other runtimes make of model files what our engines make of them. `tests/runtimes/` has a runner for each.
//!
//! Every case is run with labels at all pixels, with missing pixels as NaN, infinities and finite numbers, with the
//! finite missing value alone, and with everything missing.

#![allow(clippy::unwrap_used)]

use std::{ffi::OsString, fs, path::Path, process::Command, sync::OnceLock};

use burn::tensor::Device;
use multicond::{
    EngineOptions, Frame, Generator, Options, Picture, Size, files,
    label::{Label, LabelMap},
    model::{FixedShape, ModelFile},
};
use multicond_format::model::proto::ModelProto;
use multicond_test_support::{
    engines,
    require::{runtimes_python, runtimes_web},
};
use multicond_tests::{
    exchange::{Exchange, confidences, encoded, physical},
    scene::{self, Coverage},
    subject::Subject,
};
use multicond_train::{
    net::{BackboneKind, MergeKind, NetworkConfig, Preset},
    onnx::{self, ExportOptions, Inputs},
    training::Checkpoint,
};
use ndarray::s;
use prost::Message;
use tempfile::TempDir;

const TOLERANCE: f32 = 1e-3;
/// The documented missing value for programs that cannot be trusted with NaN.
const FINITE_MISSING: f32 = 3e38;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Frames of the same labels: name and maps.
type Frames = Vec<(&'static str, Vec<LabelMap>)>;

fn random_frames(labels: &[Label], size: Size) -> Frames {
    let draw = |coverage, seed| scene::maps(labels, size.width, size.height, coverage, seed);
    with_missing(labels, draw(Coverage::Dense, 1), draw(Coverage::Holes, 2))
}

fn with_missing(labels: &[Label], dense: Vec<LabelMap>, sparse: Vec<LabelMap>) -> Frames {
    let (width, height) = dense[0].size();
    let missing = labels
        .iter()
        .map(|label| LabelMap::missing(label, width, height));
    vec![
        ("dense", dense),
        ("finite", sparse.iter().cloned().map(finite).collect()),
        ("sparse", sparse),
        ("missing", missing.collect()),
    ]
}

/// The map with the finite missing value in place of NaN and infinities.
fn finite(mut map: LabelMap) -> LabelMap {
    if let LabelMap::Values(values) = &mut map {
        for value in values.iter_mut().filter(|value| !value.is_finite()) {
            *value = FINITE_MISSING;
        }
    }
    map
}

/// The picture that our engine generates.
fn expected(generator: &mut Generator, labels: &[Label], maps: &[LabelMap]) -> Vec<f32> {
    let (width, height) = maps[0].size();
    let mut frame = Frame::new(width, height);
    for (label, map) in labels.iter().zip(maps) {
        frame.set(label.name.as_str(), map.clone()).unwrap();
    }
    let mut picture = Picture::default();
    generator.generate(&frame, &mut picture).unwrap();
    picture.values().iter().copied().collect()
}

fn open(path: &Path) -> Generator {
    let engine = engines::available()[0];
    let options = Options::default().with_engine(EngineOptions::named(engine));
    Generator::open(path, &options).unwrap()
}

fn fixed(batch: usize, size: Size, inputs: Inputs) -> ExportOptions {
    ExportOptions {
        fixed: Some(FixedShape { batch, size }),
        inputs,
    }
}

/// Adds a network with random weights, in pictures of so many tiles.
fn add(
    exchange: &mut Exchange,
    name: &str,
    network: NetworkConfig,
    rows: usize,
    tiles: (usize, usize),
) {
    let subject = Subject::with(network, rows).unwrap();
    let tile = subject.network.backbone.tile();
    let size = Size::new(tiles.0 * tile, tiles.1 * tile);
    let [free, for_size] =
        ["any", "fixed"].map(|kind| exchange.folder().join(format!("{name}.{kind}.onnx")));
    fs::copy(subject.model(), &free).unwrap();
    let options = fixed(1, size, Inputs::Physical);
    subject.export(&options, &for_size).unwrap();
    exchange.model(name, free, for_size);
    let mut generator = open(&subject.model());
    for (case, maps) in random_frames(&subject.labels, size) {
        let picture = expected(&mut generator, &subject.labels, &maps);
        let inputs = physical(&subject.labels, &[maps]);
        exchange.case(case, &inputs, picture).unwrap();
    }
}

/// The case that most runtimes refuse: they take an input with a value of its own for a constant.
const OVERRIDDEN: &str = "overridden";

/// A model that takes confidences: they are left out, then given; and one that demands them, as `docs/model-file.md` says
/// how to make it, for runtimes that cannot override them.
fn add_confidence(exchange: &mut Exchange) {
    let mut network = Preset::Small.network(128);
    network.confidence = true;
    let subject = Subject::with(network, 128).unwrap();
    let (labels, size) = (&subject.labels, Size::new(32, 24));
    let [free, for_size] =
        ["any", "fixed"].map(|kind| exchange.folder().join(format!("confidence.{kind}.onnx")));
    fs::copy(subject.model(), &free).unwrap();
    let options = fixed(1, size, Inputs::Physical);
    subject.export(&options, &for_size).unwrap();
    let maps = scene::maps(labels, size.width, size.height, Coverage::Holes, 2);
    let drawn = scene::confidences(labels, size.width, size.height, 3);
    let mut generator = open(&subject.model());
    let mut picture = |frame: Frame<'_>| -> Vec<f32> {
        let mut picture = Picture::default();
        generator.generate(&frame, &mut picture).unwrap();
        picture.values().iter().copied().collect()
    };
    let certain = picture(subject.frame(&maps).unwrap());
    let uncertain = picture(subject.frame_with(&maps, &drawn).unwrap());
    assert_ne!(certain, uncertain);
    let left_out = physical(labels, std::slice::from_ref(&maps));
    let mut given = physical(labels, &[maps]);
    given.extend(confidences(labels, &drawn, (size.width, size.height)));
    for (name, path) in [("confidence", free), ("confidence, one size", for_size)] {
        exchange.model(name, path.clone(), path.clone());
        exchange
            .case("left out", &left_out, certain.clone())
            .unwrap();
        exchange
            .case(OVERRIDDEN, &given, uncertain.clone())
            .unwrap();
        let required = path.with_extension("required.onnx");
        fs::write(&required, demanding(&fs::read(&path).unwrap())).unwrap();
        exchange.model(&format!("{name}, required"), required.clone(), required);
        exchange.case("given", &given, uncertain.clone()).unwrap();
    }
}

/// The model without the values that its inputs have of their own.
fn demanding(model: &[u8]) -> Vec<u8> {
    let mut model = ModelProto::decode(model).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let inputs: Vec<&String> = graph.input.iter().map(|input| &input.name).collect();
    graph
        .initializer
        .retain(|weight| !inputs.contains(&&weight.name));
    model.encode_to_vec()
}

/// The small preset exported for two pictures at once, and for encoded labels.
fn add_variants(exchange: &mut Exchange) {
    let subject = Subject::new(Preset::Small, 128).unwrap();
    let (labels, size) = (&subject.labels, Size::new(32, 24));
    let mut generator = open(&subject.model());
    let frames = random_frames(labels, size);
    let pictures: Vec<Vec<f32>> = frames
        .iter()
        .map(|(_, maps)| expected(&mut generator, labels, maps))
        .collect();

    let path = exchange.folder().join("batch.onnx");
    let options = fixed(2, size, Inputs::Physical);
    subject.export(&options, &path).unwrap();
    exchange.model("batch", path.clone(), path);
    let maps: Vec<_> = frames[1..3].iter().map(|(_, maps)| maps.clone()).collect();
    let inputs = physical(labels, &maps);
    exchange
        .case("both", &inputs, pictures[1..3].concat())
        .unwrap();

    let [free, for_size] =
        ["any", "fixed"].map(|kind| exchange.folder().join(format!("encoded.{kind}.onnx")));
    let options = fixed(1, size, Inputs::Encoded);
    subject.export(&options, &for_size).unwrap();
    let options = ExportOptions {
        fixed: None,
        ..options
    };
    subject.export(&options, &free).unwrap();
    exchange.model("encoded", free, for_size);
    for ((case, maps), picture) in frames.iter().zip(pictures) {
        exchange
            .case(case, &encoded(labels, maps), picture)
            .unwrap();
    }
}

/// The shipped model on a part of a shipped frame, of the trained size. Some runtimes sum naively in instance norms, whose
/// error grows with the number of pixels.
fn add_rooms(exchange: &mut Exchange) {
    let rooms = root().join("examples/rooms");
    let model = rooms.join("model.onnx");
    let labels = ModelFile::open(&model).unwrap().manifest().labels.clone();
    let read = |label: &Label| {
        let file = rooms.join(format!("frames/a/{}.png", label.name));
        cropped(files::read_label(file, label).unwrap(), 128)
    };
    let dense: Vec<LabelMap> = labels.iter().map(read).collect();
    let (width, height) = dense[0].size();
    let holes = scene::maps(&labels, width, height, Coverage::Holes, 3);
    let sparse = labels.iter().zip(&dense).zip(holes);
    let sparse = sparse
        .map(|((label, map), holes)| with_holes(label, map.clone(), &holes))
        .collect();

    let size = Size::new(width, height);
    let checkpoint = Checkpoint::find(&rooms.join("checkpoint")).unwrap();
    let (network, manifest) = onnx::of_checkpoint(&checkpoint, &Device::flex()).unwrap();
    let for_size = exchange.folder().join("rooms.fixed.onnx");
    let options = fixed(1, size, Inputs::Physical);
    onnx::export_with(&network, &manifest, &options, &for_size).unwrap();
    exchange.model("rooms", model.clone(), for_size);
    let mut generator = open(&model);
    for (case, maps) in with_missing(&labels, dense, sparse) {
        let picture = expected(&mut generator, &labels, &maps);
        exchange
            .case(case, &physical(&labels, &[maps]), picture)
            .unwrap();
    }
}

/// The first rows and columns.
fn cropped(map: LabelMap, side: usize) -> LabelMap {
    match map {
        LabelMap::Classes(ids) => LabelMap::Classes(ids.slice(s![..side, ..side]).to_owned()),
        LabelMap::Values(values) => {
            LabelMap::Values(values.slice(s![.., ..side, ..side]).to_owned())
        }
    }
}

/// The map, with the missing values of another map.
fn with_holes(label: &Label, mut map: LabelMap, holes: &LabelMap) -> LabelMap {
    match (&mut map, holes) {
        (LabelMap::Classes(ids), LabelMap::Classes(holes)) => {
            let classes = label.class_count() as i32;
            let pairs = ids.iter_mut().zip(holes);
            pairs
                .filter(|(_, hole)| !(0..classes).contains(*hole))
                .for_each(|(id, &hole)| *id = hole);
        }
        (LabelMap::Values(values), LabelMap::Values(holes)) => {
            let pairs = values.iter_mut().zip(holes);
            pairs
                .filter(|(_, hole)| hole.is_nan() || hole.abs() >= 1e30)
                .for_each(|(value, &hole)| *value = hole);
        }
        _ => unreachable!("both maps are of the same label"),
    }
    map
}

/// The models of CI: the shipped one, and every merge and backbone at small widths.
fn models(folder: &Path) -> Exchange {
    let mut exchange = Exchange::new(folder);
    add_rooms(&mut exchange);
    for kind in MergeKind::ALL {
        let mut network = Preset::Small.network(128);
        network.merge = Preset::Small.merge(kind);
        add(&mut exchange, kind.name(), network, 128, (4, 3));
    }
    let others = BackboneKind::ALL.into_iter();
    for kind in others.filter(|&kind| kind != BackboneKind::Asap) {
        let mut network = Preset::Small.network(64);
        network.merge = Preset::Small.merge(MergeKind::Naive);
        network.backbone = Preset::Small.backbone(kind, 64);
        add(
            &mut exchange,
            &format!("naive+{}", kind.name()),
            network,
            64,
            (3, 2),
        );
    }
    let mut hinted = Preset::Fast.network(64);
    hinted.hints = vec!["albedo".into()];
    add(
        &mut exchange,
        "tlam+unet with a hint",
        hinted.clone(),
        64,
        (3, 2),
    );
    hinted.backbone = Preset::Fast.backbone(BackboneKind::Asap, 64);
    add(
        &mut exchange,
        "tlam+asap, smooth, with a hint",
        hinted,
        64,
        (5, 3),
    );
    add_variants(&mut exchange);
    add_confidence(&mut exchange);
    exchange.write().unwrap();
    exchange
}

/// Runs a runner in a folder of models.
fn start(python: &OsString, runner: &str, folder: &Path, options: &[&str]) -> Result<(), String> {
    let output = Command::new(python)
        .arg("-B")
        .arg(root().join("tests/runtimes").join(runner))
        .arg(folder)
        .args(options)
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The models for all tests here.
fn shared() -> &'static Exchange {
    static SHARED: OnceLock<(TempDir, Exchange)> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let exchange = models(folder.path());
        (folder, exchange)
    });
    &shared.1
}

/// Checks that a runtime generates the expected pictures.
fn agrees(python: Option<OsString>, runner: &str, runtime: &str, options: &[&str]) {
    let Some(python) = python else { return };
    let exchange = shared();
    start(&python, runner, exchange.folder(), options).unwrap();
    let (version, outcomes) = exchange.outcomes(runtime).unwrap();
    let mut wrong = Vec::new();
    for outcome in &outcomes {
        let line = match &outcome.difference {
            Ok(difference) => format!("{difference:.1e}"),
            Err(error) => error.clone(),
        };
        let line = format!(
            "{runtime} {version}: {} {}: {line}",
            outcome.model, outcome.case
        );
        println!("{line}");
        if outcome.case == OVERRIDDEN && runtime != "onnxruntime" {
            assert!(
                outcome.difference.is_err(),
                "{line}: confidences are optional in this runtime, too; say so in docs/model-file.md"
            );
            continue;
        }
        if !matches!(outcome.difference, Ok(difference) if difference <= TOLERANCE) {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn onnxruntime() {
    agrees(runtimes_python(), "run_onnxruntime.py", "onnxruntime", &[]);
}

#[test]
fn openvino() {
    agrees(runtimes_python(), "run_openvino.py", "openvino", &[]);
}

#[test]
fn opencv() {
    agrees(runtimes_python(), "run_opencv.py", "opencv", &[]);
}

#[test]
fn web() {
    let Some(library) = runtimes_web() else {
        return;
    };
    let options = ["--library", library.to_str().unwrap()];
    agrees(runtimes_python(), "run_web.py", "web-wasm", &options);
}

/// The interpreter of `cargo xtask runtimes`.
fn more_python() -> Option<OsString> {
    std::env::var_os("MULTICOND_MORE_RUNTIMES_PYTHON")
}

/// All runtimes on the shipped model, the small networks and the preset `paper`, as a table.
#[test]
#[ignore = "takes minutes and nearly 2 GB of packages; `cargo xtask runtimes` runs it"]
fn comparison() {
    let (python, web) = (runtimes_python().unwrap(), runtimes_web());
    let more = more_python().unwrap();
    let folder = TempDir::new().unwrap();
    let mut exchange = models(folder.path());
    add(
        &mut exchange,
        "paper",
        Preset::Paper.network(256),
        256,
        (4, 3),
    );
    exchange.write().unwrap();
    let library = web.map(|folder| folder.to_str().unwrap().to_owned());
    let library: Vec<&str> = library
        .iter()
        .flat_map(|folder| ["--library", folder])
        .collect();
    let wasm = [&library[..], &["--timeout", "550"]].concat();
    // Chromium's software GPU takes a minute for a picture.
    let webgpu = [&wasm[..], &["--provider", "webgpu", "--runs", "1"]].concat();
    let mut runtimes = vec![
        (&python, "run_onnxruntime.py", "onnxruntime", &[][..]),
        (&python, "run_openvino.py", "openvino", &[]),
        (&python, "run_opencv.py", "opencv", &[]),
        (&more, "run_iree.py", "iree", &[]),
        (&more, "run_mnn.py", "mnn", &[]),
        (&more, "run_tvm.py", "tvm", &[]),
    ];
    if !library.is_empty() {
        runtimes.push((&python, "run_web.py", "web-wasm", &wasm));
        runtimes.push((&python, "run_web.py", "web-webgpu", &webgpu));
    }
    for (python, runner, runtime, options) in runtimes {
        let options = [&["--runs", "3"][..], options].concat();
        println!("\n{runtime}");
        match start(python, runner, folder.path(), &options) {
            Ok(()) => table(&exchange, runtime),
            Err(error) => println!("  does not run: {error}"),
        }
    }
    println!("\nconverted models");
    let converted = Command::new(&more)
        .arg("-B")
        .arg(root().join("tests/runtimes/convert.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&converted.stdout));
    let error = String::from_utf8_lossy(&converted.stderr);
    assert!(converted.status.success(), "{error}");
}

/// Prints a line for each model: the differences of its cases, and the seconds to load it and of its fastest run.
fn table(exchange: &Exchange, runtime: &str) {
    let (version, outcomes) = exchange.outcomes(runtime).unwrap();
    println!("version {version}");
    for outcomes in outcomes.chunk_by(|a, b| a.model == b.model) {
        let cases = outcomes.iter().map(|outcome| match &outcome.difference {
            Ok(difference) => format!("{} {difference:.1e}", outcome.case),
            Err(error) => {
                let error = error.lines().last().unwrap_or_default();
                format!(
                    "{} {}",
                    outcome.case,
                    &error[..error.floor_char_boundary(90)]
                )
            }
        });
        let cases: Vec<String> = cases.collect();
        let load = outcomes[0].seconds[0];
        let run = outcomes.iter().map(|outcome| outcome.seconds[1]);
        let run = run.fold(f64::INFINITY, f64::min);
        let (model, cases) = (&outcomes[0].model, cases.join(", "));
        println!("  {model:16} load {load:6.2} s, run {run:7.3} s: {cases}");
    }
}
