//! Derived labels on real data: a photographed motorcycle with measured depth (Middlebury 2014, in scikit-image), and
//! the path-traced rooms of `examples/rooms`, which have ground-truth labels.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use indicatif::ProgressBar;
use multicond::{
    Size,
    label::{Label, LabelMap},
};
use multicond_test_support::require;
use multicond_train::data::{Dataset, Intrinsics, OpenOptions, PrepareOptions, prepare};
use ndarray::{Array2, Array3, Axis, Zip, s};
use tempfile::TempDir;

fn open(table: &Path, field_of_view: f32, derive: &[&str]) -> Dataset {
    let options = OpenOptions {
        derive: derive.iter().map(|text| text.parse().unwrap()).collect(),
        field_of_view: Some(field_of_view),
        ..OpenOptions::default()
    };
    Dataset::open_with(table, &options).unwrap()
}

fn values(dataset: &Dataset, index: usize, label: &str) -> Array3<f32> {
    match map(dataset, index, label) {
        LabelMap::Values(values) => values,
        LabelMap::Classes(_) => panic!("{label} is categorical"),
    }
}

fn map(dataset: &Dataset, index: usize, label: &str) -> LabelMap {
    let label: Label = dataset.label(label).unwrap().clone();
    let sample = dataset.read_whole(index, &[label]).unwrap();
    sample.labels.into_iter().next().unwrap()
}

fn share(pixels: impl IntoIterator<Item = bool>) -> f64 {
    let (mut count, mut all) = (0.0, 0.0);
    for pixel in pixels {
        count += f64::from(u8::from(pixel));
        all += 1.0;
    }
    count / all
}

/// The folder with the motorcycle: `table.csv`, and depth in metres as plain numbers.
fn motorcycle() -> Option<TempDir> {
    let python = require::python()?;
    let folder = TempDir::new().unwrap();
    let output = Command::new(python)
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/datasets"))
        .arg("motorcycle")
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(folder)
}

/// Field of view in degrees of a pinhole camera with a width of 741 pixels and a focal length of 994.978.
const MOTORCYCLE_VIEW: f32 = 40.857;

#[test]
fn measured_depth_keeps_its_holes() {
    let Some(folder) = motorcycle() else { return };
    let bytes = fs::read(folder.path().join("metres.f64")).unwrap();
    let numbers = bytes.chunks_exact(8);
    let metres: Vec<f64> = numbers
        .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let dataset = open(&folder.path().join("table.csv"), MOTORCYCLE_VIEW, &[]);
    let depth = values(&dataset, 0, "depth");
    assert_eq!(depth.dim(), (1, 500, 741));
    let destination = folder.path().join("prepared");
    let options = PrepareOptions {
        size: Some(Size {
            width: 741,
            height: 500,
        }),
        ..PrepareOptions::default()
    };
    prepare(&dataset, &destination, &options, &ProgressBar::hidden()).unwrap();
    let prepared = values(&Dataset::open(&destination).unwrap(), 0, "depth");
    for ((&depth, &prepared), &metres) in depth.iter().zip(&prepared).zip(&metres) {
        assert_eq!(depth.is_nan(), metres.is_nan());
        assert_eq!(prepared.is_nan(), metres.is_nan());
        if !metres.is_nan() {
            assert!((f64::from(depth) - metres).abs() < 1e-6 * metres);
            assert!((f64::from(prepared) - metres).abs() < metres / 2047.0);
        }
    }
    let holes = share(depth.iter().map(|depth| depth.is_nan()));
    let known = depth.iter().copied().filter(|depth| !depth.is_nan());
    let (near, far) = known.fold((f32::MAX, 0f32), |(near, far), depth| {
        (near.min(depth), far.max(depth))
    });
    println!("{:.2} % holes, {near:.3} m to {far:.3} m", 100.0 * holes);
    assert!((holes - 0.0735).abs() < 0.0005);
    assert!((near - 2.110).abs() < 0.002 && (far - 5.017).abs() < 0.002);
}

#[test]
fn measured_depth_gives_normals_and_a_photo_edges() {
    let Some(folder) = motorcycle() else { return };
    let derive = ["normals=depth", "edges=canny"];
    let dataset = open(&folder.path().join("table.csv"), MOTORCYCLE_VIEW, &derive);
    let depth = values(&dataset, 0, "depth");
    let normals = values(&dataset, 0, "normals");
    let edges = values(&dataset, 0, "edges");
    let camera = Intrinsics::from_horizontal_fov(MOTORCYCLE_VIEW, 741, 500);
    let depth = depth.index_axis(Axis(0), 0);
    let (mut known, mut facing) = (Vec::new(), Vec::new());
    for ((y, x), &metres) in depth.indexed_iter() {
        let normal = normals.slice(s![.., y, x]);
        let is_known = !normal[0].is_nan();
        if is_known {
            let length = normal.iter().map(|v| v * v).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-4, "length {length}");
        }
        if !metres.is_nan() {
            known.push(is_known);
            if is_known {
                let point = camera.point(y, x, metres);
                let towards: f32 = normal.iter().zip(point).map(|(n, p)| -n * p).sum();
                facing.push(towards > 0.0);
            }
        }
    }
    let (known, facing) = (share(known), share(facing));
    assert!(edges.iter().all(|&edge| edge == 0.0 || edge == 1.0));
    let on_edge = share(edges.iter().map(|&edge| edge == 1.0));
    println!(
        "normals at {:.2} % of known depth, {:.3} % facing the camera; {:.2} % of the picture are edges",
        100.0 * known,
        100.0 * facing,
        100.0 * on_edge
    );
    assert!(known > 0.98);
    assert!(facing == 1.0);
    assert!((0.02..0.25).contains(&on_edge));
}

const ROOMS: [&str; 3] = ["a", "b", "c"];
const ROOMS_VIEW: f32 = 75.0;
const ROOMS_CLASSES: usize = 15;

/// A table of the example's frames.
fn rooms() -> TempDir {
    let frames = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rooms/frames");
    let frames: PathBuf = frames.canonicalize().unwrap();
    let mut table = String::from("name,image,semantics,depth,normals,curvature,edges\n");
    for room in ROOMS {
        let files = [
            "real",
            "semantics",
            "depth",
            "normals",
            "curvature",
            "edges",
        ];
        let paths = files.map(|file| format!("{}/{room}/{file}.png", frames.display()));
        table += &format!("{room},{}\n", paths.join(","));
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("table.csv"), table).unwrap();
    let classes: Vec<String> = (0..ROOMS_CLASSES).map(|id| format!("class {id}")).collect();
    let classes = serde_json::to_string(&classes).unwrap();
    fs::write(folder.path().join("classes.json"), classes).unwrap();
    folder
}

/// Pixels whose 5x5 neighbourhoods have one class and depths within 10 % of each other.
fn inner(dataset: &Dataset, index: usize) -> Array2<bool> {
    let LabelMap::Classes(ids) = map(dataset, index, "semantics") else {
        panic!("classes are categorical")
    };
    let depth = values(dataset, index, "depth");
    let (height, width) = ids.dim();
    Array2::from_shape_fn((height, width), |(y, x)| {
        if y < 2 || x < 2 || y + 2 >= height || x + 2 >= width {
            return false;
        }
        let ids = ids.slice(s![y - 2..=y + 2, x - 2..=x + 2]);
        let depth = depth.slice(s![0, y - 2..=y + 2, x - 2..=x + 2]);
        let near = depth.fold(f32::INFINITY, |a, &b| a.min(b));
        let far = depth.fold(0.0, |a: f32, &b| a.max(b));
        let known = depth.iter().all(|depth| depth.is_finite());
        known && far <= 1.1 * near && ids.iter().all(|id| *id == ids[[0, 0]])
    })
}

/// Pearson's correlation of found and expected values where both are known, and the ratio of their scales.
fn correlation<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> [f64; 2] {
    let known = pairs.filter(|(a, b)| a.is_finite() && b.is_finite());
    let pairs: Vec<(f64, f64)> = known.map(|(&a, &b)| (a.into(), b.into())).collect();
    let count = pairs.len() as f64;
    let mean_a = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let mean_b = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    [ab / (aa * bb).sqrt(), ab / bb]
}

#[test]
fn normals_of_rooms_are_those_of_the_renderer() {
    let folder = rooms();
    let true_ones = open(folder.path(), ROOMS_VIEW, &[]);
    let derived = open(folder.path(), ROOMS_VIEW, &["normals=depth"]);
    for (index, room) in ROOMS.iter().enumerate() {
        let expected = values(&true_ones, index, "normals");
        let found = values(&derived, index, "normals");
        let mut angles = Vec::new();
        for ((y, x), is_inner) in inner(&true_ones, index).indexed_iter() {
            let cosine = Zip::from(expected.slice(s![.., y, x]))
                .and(found.slice(s![.., y, x]))
                .fold(0.0, |sum, a, b| sum + a * b);
            if *is_inner && cosine.is_finite() {
                angles.push(cosine.clamp(-1.0, 1.0).acos().to_degrees());
            }
        }
        angles.sort_by(f32::total_cmp);
        let (median, high) = (angles[angles.len() / 2], angles[angles.len() * 9 / 10]);
        let compared = angles.len() as f64 / (256.0 * 256.0);
        println!(
            "{room}: median {median:.2}, 90th percentile {high:.2} degrees, {compared:.2} of the pixels"
        );
        assert!(compared > 0.5, "{room}");
        assert!(median <= 0.5, "{room}: {median}");
        assert!(high <= 2.0, "{room}: {high}");
    }
}

#[test]
fn curvature_of_rooms_is_that_of_the_renderer() {
    let folder = rooms();
    let true_ones = open(folder.path(), ROOMS_VIEW, &[]);
    let of_true_normals = open(folder.path(), ROOMS_VIEW, &["curvature=depth"]);
    let of_depth = open(
        folder.path(),
        ROOMS_VIEW,
        &["normals=depth", "curvature=depth"],
    );
    for (index, room) in ROOMS.iter().enumerate() {
        // The range of the code in the files.
        let clipped = |dataset| {
            values(dataset, index, "curvature").mapv(|k: f32| k.clamp(-1.0 / 0.03, 1.0 / 0.03))
        };
        let expected = clipped(&true_ones);
        let correlations = [&of_true_normals, &of_depth].map(|dataset| {
            let found = clipped(dataset);
            [0, 1].map(|k| {
                let of_channel = |map: &Array3<f32>| map.index_axis(Axis(0), k).to_owned();
                let (found, expected) = (of_channel(&found), of_channel(&expected));
                correlation(found.iter().zip(&expected))
            })
        });
        println!("{room}: k1, k2 from true normals, then from depth alone: {correlations:.3?}");
        let [exact, alone] = correlations;
        for [correlation, size] in exact {
            assert!(correlation > 0.99, "{room}: {correlation}");
            assert!((size - 1.0).abs() < 0.03, "{room}: {size}");
        }
        assert!(alone.iter().all(|[k, _]| *k > 0.75), "{room}");
    }
}

#[test]
fn edges_of_rooms_are_those_of_the_renderer() {
    let folder = rooms();
    let true_ones = open(folder.path(), ROOMS_VIEW, &[]);
    let derived = open(folder.path(), ROOMS_VIEW, &["edges=gradient"]);
    for (index, room) in ROOMS.iter().enumerate() {
        let expected = values(&true_ones, index, "edges");
        let found = values(&derived, index, "edges");
        let [correlation, size] = correlation(found.iter().zip(&expected));
        println!("{room}: edges correlate by {correlation:.4}, {size:.3} times as strong");
        assert!(correlation > 0.99 && (size - 1.0).abs() < 0.02, "{room}");
    }
}
