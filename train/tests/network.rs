//! Tests of labels derived by a user's network, with small ONNX files that are created here.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use image::{Rgb, RgbImage};
use multicond::label::LabelMap;
use multicond_format::model::{
    builder::{Graph, fixed},
    proto::DataType,
};
use multicond_train::data::{Dataset, Derivation, OpenOptions};
use prost::Message;
use tempfile::TempDir;

/// A folder with a picture that is red on the left and blue on the right.
fn photo() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    let color = |x| {
        if x < 6 {
            Rgb([204, 0, 0])
        } else {
            Rgb([0, 0, 51])
        }
    };
    RgbImage::from_fn(12, 8, |x, _| color(x))
        .save(folder.path().join("photos/street.png"))
        .unwrap();
    folder
}

/// Writes a network with one node, from a picture of 12x8 to `planes` planes.
fn write_network(path: &Path, operator: &str, planes: usize) {
    let sides = |channels| [1, channels, 8, 12].map(fixed).to_vec();
    let mut graph = Graph::new("network");
    let photo = graph.input("photo", DataType::Float, sides(3));
    let node = graph.node(operator, &[&photo]);
    let node = match planes {
        1 => node.ints("axes", [1]),
        _ => node,
    };
    let seen = node.named("seen");
    graph.output(&seen, sides(planes));
    let model = graph.into_model(String::new(), []);
    fs::write(path, model.encode_to_vec()).unwrap();
}

/// The label that the network of a description derives from the photo.
fn see(folder: &TempDir, name: &str, description: &str) -> anyhow::Result<LabelMap> {
    let path = folder.path().join("network.toml");
    fs::write(&path, description).unwrap();
    let derivation: Derivation = format!("{name}={}", path.display())
        .parse()
        .map_err(anyhow::Error::msg)?;
    let options = OpenOptions {
        derive: vec![derivation],
        ..OpenOptions::default()
    };
    let data = Dataset::open_with(&folder.path().join("photos"), &options)?;
    assert_eq!(data.frames(), ["street.png"]);
    let mut sample = data.read_whole(0, data.labels())?;
    Ok(sample.labels.remove(0))
}

const INPUT: &str = "model = 'network.onnx'\n[input]\nwidth = 12\nheight = 8\n";

#[test]
fn depth_in_metres() {
    let folder = photo();
    write_network(&folder.path().join("network.onnx"), "ReduceMax", 1);
    let depth = |result: &str| {
        let map = see(&folder, "depth", &format!("{INPUT}[result]\n{result}")).unwrap();
        let LabelMap::Values(values) = map else {
            panic!("depth is continuous")
        };
        assert_eq!(values.dim(), (1, 8, 12));
        [values[[0, 3, 0]], values[[0, 3, 11]]]
    };
    let close = |found: [f32; 2], expected: [f32; 2]| {
        let apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-4, "{found:?}, {expected:?}");
    };
    close(depth("kind = 'depth'\nscale = 10\nshift = 1"), [9.0, 3.0]);
    close(depth("kind = 'inverse_depth'"), [1.25, 5.0]);
    let relative = "kind = 'relative_inverse_depth'\nnearest = 2\nfurthest = 8";
    close(depth(relative), [2.0, 8.0]);
}

#[test]
fn classes_by_their_scores() {
    let folder = photo();
    write_network(&folder.path().join("network.onnx"), "Identity", 3);
    let result = "[result]\nkind = 'scores'\nclasses = ['red', 'green', 'blue']\n";
    let map = see(&folder, "semantics", &format!("{INPUT}{result}")).unwrap();
    let LabelMap::Classes(ids) = &map else {
        panic!("classes")
    };
    assert_eq!((ids[[0, 0]], ids[[7, 11]]), (0, 2));

    let order = "order = 'bgr'\nmean = [0, 0, 0]\nstd = [1, 1, 1]\n";
    let map = see(
        &folder,
        "semantics",
        &format!("{INPUT}{order}{result}unknown = [2]"),
    )
    .unwrap();
    let LabelMap::Classes(ids) = &map else {
        panic!("classes")
    };
    assert_eq!((ids[[0, 0]], ids[[7, 11]]), (-1, 0));
}

#[test]
fn mistakes_are_named() {
    let folder = photo();
    write_network(&folder.path().join("network.onnx"), "Identity", 3);
    for (name, description, expected) in [
        (
            "depth",
            format!("{INPUT}[result]\nkind = 'depth'"),
            "expected one value per pixel",
        ),
        (
            "edges",
            format!("{INPUT}[result]\nkind = 'depth'"),
            "not `edges`",
        ),
        ("depth", INPUT.to_owned(), "missing field `result`"),
        (
            "semantics",
            format!("{INPUT}[result]\nkind = 'scores'\nclasses = ['a', 'b']"),
            "3 classes, but its description lists 2",
        ),
        (
            "depth",
            format!("output = 'other'\n{INPUT}[result]\nkind = 'depth'"),
            "other",
        ),
        (
            "depth",
            format!("{INPUT}[result]\nkind = 'depth'").replace("network.onnx", "none.onnx"),
            "none.onnx",
        ),
    ] {
        let error = format!("{:#}", see(&folder, name, &description).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }
}
