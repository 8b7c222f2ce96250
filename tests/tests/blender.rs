//! Renders a room with `examples/blender`, reads it as a dataset and checks properties that hold in any room.

#![allow(clippy::unwrap_used)]

use std::{collections::HashMap, ffi::OsString, path::Path, process::Command};

use multicond::label::{Label, LabelMap};
use multicond_test_support::require;
use multicond_train::data::{Dataset, Format, Intrinsics, OpenOptions, Sample};
use ndarray::{Array2, Array3};
use tempfile::TempDir;

const WIDTH: usize = 64;
const HEIGHT: usize = 48;

fn python() -> Option<OsString> {
    let python = std::env::var_os("MULTICOND_BLENDER_PYTHON");
    if python.is_none() {
        require::skip(
            "BLENDER",
            "Blender",
            "MULTICOND_BLENDER_PYTHON names no interpreter with bpy",
        );
    }
    python
}

/// Renders a view of the first room.
fn render(python: &OsString, folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/blender/render_labels.py");
    let output = Command::new(python)
        .arg("-B")
        .arg(script)
        .arg(folder)
        .args(["--size", &format!("{WIDTH}x{HEIGHT}"), "--samples", "4"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn derived_normals(folder: &Path) -> Array3<f32> {
    let options = OpenOptions {
        derive: vec!["normals=depth".parse().unwrap()],
        ..OpenOptions::default()
    };
    let dataset = Dataset::open_with(folder, &options).unwrap();
    let sample = dataset.read_whole(0, &[Label::normals()]).unwrap();
    values(&sample.labels[0]).clone()
}

fn values(map: &LabelMap) -> &Array3<f32> {
    match map {
        LabelMap::Values(values) => values,
        LabelMap::Classes(_) => panic!("expected a continuous label"),
    }
}

fn classes(map: &LabelMap) -> &Array2<i32> {
    match map {
        LabelMap::Classes(ids) => ids,
        LabelMap::Values(_) => panic!("expected classes"),
    }
}

fn vector(map: &Array3<f32>, (row, column): (usize, usize)) -> [f32; 3] {
    [0, 1, 2].map(|channel| map[[channel, row, column]])
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn pixels() -> impl Iterator<Item = (usize, usize)> {
    (0..HEIGHT).flat_map(|row| (0..WIDTH).map(move |column| (row, column)))
}

/// Fraction of the pixels for which a condition holds.
fn share(holds: impl Fn((usize, usize)) -> bool) -> f32 {
    pixels().filter(|&pixel| holds(pixel)).count() as f32 / (WIDTH * HEIGHT) as f32
}

/// Rooms are closed, and windows have panes.
fn most_pixels_are_known(semantics: &Array2<i32>, values: &[&Array3<f32>]) {
    assert!(share(|pixel| semantics[pixel] != 255) > 0.95);
    for map in values {
        let known = share(|pixel| map[[0, pixel.0, pixel.1]].is_finite());
        assert!(known > 0.95, "{known}");
    }
}

/// The camera keeps a distance from objects, and the longest diagonal of a room is below 9.6 m.
fn depth_is_that_of_a_room(depth: &Array3<f32>) {
    let known = || depth.iter().copied().filter(|depth| depth.is_finite());
    let (nearest, farthest) = (
        known().fold(f32::MAX, f32::min),
        known().fold(0.0, f32::max),
    );
    assert!(nearest > 0.1 && farthest < 9.6, "{nearest} {farthest}");
    assert!(
        farthest > 2.0 && farthest > 1.5 * nearest,
        "{nearest} {farthest}"
    );
}

/// Visible surfaces face the camera, except for a few pixels whose normals are averaged over several surfaces.
fn normals_face_the_camera(normals: &Array3<f32>, camera: &Intrinsics) {
    let mut known = 0;
    let mut facing = 0;
    for pixel in pixels() {
        let normal = vector(normals, pixel);
        let [x, y] = camera.ray(pixel.0, pixel.1);
        if normal[0].is_finite() {
            known += 1;
            facing += usize::from(dot(normal, [x, y, -1.0]) < 0.0);
        }
    }
    let facing = facing as f32 / known as f32;
    assert!(facing > 0.95, "{facing}");
}

/// The median is a few degrees, because small objects and edges have no planes at this size. With a wrong focal length,
/// principal point or pose it is more than ten.
fn normals_follow_from_depth(normals: &Array3<f32>, derived: &Array3<f32>) {
    let mut angles: Vec<f32> = pixels()
        .map(|pixel| dot(vector(normals, pixel), vector(derived, pixel)))
        .filter(|cosine| cosine.is_finite())
        .map(|cosine| cosine.clamp(-1.0, 1.0).acos().to_degrees())
        .collect();
    assert!(angles.len() > WIDTH * HEIGHT / 2);
    angles.sort_by(f32::total_cmp);
    let median = angles[angles.len() / 2];
    assert!(median <= 5.0, "{median} degrees");
}

/// Objects come from Cryptomatte and classes from the names in it.
fn objects_have_one_class_each(instances: &Array2<i32>, semantics: &Array2<i32>) {
    let mut class_of = HashMap::new();
    for pixel in pixels().filter(|&pixel| instances[pixel] != 0) {
        let (object, class) = (instances[pixel], semantics[pixel]);
        let first = *class_of.entry(object).or_insert(class);
        assert_eq!(first, class, "object {object} at {pixel:?}");
    }
    let mut seen: Vec<i32> = class_of
        .values()
        .copied()
        .filter(|&class| class != 255)
        .collect();
    assert!(seen.len() >= 5, "{} objects", seen.len());
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() >= 5, "classes {seen:?}");
}

fn picture_shows_something(picture: &Array3<f32>) {
    let (mean, spread) = (picture.mean().unwrap(), picture.std(0.0));
    assert!(mean > 0.1 && mean < 0.9, "mean {mean}");
    assert!(spread > 0.05, "standard deviation {spread}");
}

#[test]
fn labels_of_a_room_agree_with_each_other() {
    let Some(python) = python() else { return };
    let folder = TempDir::new().unwrap();
    render(&python, folder.path());
    let dataset = Dataset::open(folder.path()).unwrap();
    assert_eq!(dataset.parts()[0].format(), Format::Frames);
    assert_eq!(dataset.frames(), ["room_0000_view_00"]);
    let names = ["semantics", "depth", "normals", "albedo"];
    let schema = names.map(|name| dataset.label(name).unwrap().clone());
    let sample = dataset.read_whole(0, &schema).unwrap();
    assert_eq!(sample.picture.dim(), (3, HEIGHT, WIDTH));
    let Sample {
        picture,
        labels,
        instances: Some(instances),
        camera: Some(camera),
        ..
    } = sample
    else {
        panic!("objects and a camera are written with every frame")
    };
    let semantics = classes(&labels[0]);
    let [depth, normals, albedo] = [1, 2, 3].map(|index| values(&labels[index]));
    most_pixels_are_known(semantics, &[depth, normals, albedo]);
    depth_is_that_of_a_room(depth);
    normals_face_the_camera(normals, &camera);
    normals_follow_from_depth(normals, &derived_normals(folder.path()));
    objects_have_one_class_each(&instances, semantics);
    picture_shows_something(&picture);
}
