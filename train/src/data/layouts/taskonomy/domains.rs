//! The domains of the layout: their labels and PNG codes (StanfordVL/taskonomy, `data/README.md`; ranges from
//! EPFL-VILAB/omnidata).

use multicond::label::{Axes, Encoding, Label, PngCode};

pub(super) const PICTURE: &str = "rgb";
pub(super) const SEMANTICS: &str = "segment_semantic";
pub(super) const INSTANCES: &str = "segment_instance";
pub(super) const CAMERA: &str = "point_info";

/// Labels and their folders.
const LABELS: [(&str, &str); 11] = [
    ("semantics", SEMANTICS),
    ("depth", "depth_zbuffer"),
    ("normals", "normal"),
    ("curvature", "principal_curvature"),
    ("edges", "edge_texture"),
    ("albedo", "albedo"),
    ("occlusion_edges", "edge_occlusion"),
    ("distance", "depth_euclidean"),
    ("keypoints2d", "keypoints2d"),
    ("keypoints3d", "keypoints3d"),
    ("reshading", "reshading"),
];

/// Classes of the original dataset, starting with value 1 (value 0 is "uncertain").
pub(super) const CLASSES: [&str; 17] = [
    "background",
    "bottle",
    "chair",
    "couch",
    "potted plant",
    "bed",
    "dining table",
    "toilet",
    "tv",
    "microwave",
    "oven",
    "toaster",
    "sink",
    "refrigerator",
    "book",
    "clock",
    "vase",
];

/// Folders with labels, in the order of the labels.
pub(super) fn label_domains() -> impl Iterator<Item = &'static str> {
    LABELS.iter().map(|(_, domain)| *domain)
}

/// The folder of a label.
pub(super) fn domain(label: &Label) -> Option<&'static str> {
    let found = LABELS.iter().find(|(name, _)| *name == label.name);
    found.map(|(_, domain)| *domain)
}

/// The name of the label in a folder of the table.
pub(super) fn name(domain: &str) -> &'static str {
    let found = LABELS.iter().find(|(_, other)| *other == domain);
    found.map_or("", |(name, _)| name)
}

/// The label in a folder. `axes` are those of normals.
pub(super) fn label(domain: &str, classes: &[String], axes: Axes) -> Label {
    let label = match domain {
        SEMANTICS => Label::semantics(classes),
        // Both have the same code. They are the distances from the camera's plane and from its centre.
        "depth_zbuffer" | "depth_euclidean" => Label::depth(),
        "normal" => normals(axes),
        "principal_curvature" => Label::curvature(),
        "albedo" => Label::albedo(),
        "reshading" => reshading(),
        _ => Label::edges(),
    };
    label.with_name(name(domain))
}

/// Normals along these axes.
fn normals(axes: Axes) -> Label {
    let label = Label::normals();
    let code = label.png.map(|code| PngCode { axes, ..code });
    label.with_png(code)
}

/// Shading of a gray scene lit from the camera: 8-bit, 0 to 1.
fn reshading() -> Label {
    let encoding = Encoding::Affine {
        scale: 2.0,
        bias: -1.0,
    };
    Label::continuous("reshading", 3, "intensity", encoding).with_png(PngCode::linear(
        8,
        0.0,
        1.0 / 255.0,
    ))
}
