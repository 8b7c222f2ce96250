//! The shipped recipes are valid for their datasets.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)] // Other tests use the rest.
mod common;

use std::path::Path;

use common::datasets::{self, Made};
use multicond::label::Label;
use multicond_train::{
    data::{Dataset, Derivation},
    training::{Config, Recipe},
};

fn complete(recipe: &str, labels: &[Label]) -> Config {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let config = Recipe::load(&folder.join(recipe)).unwrap().complete(labels);
    config.unwrap_or_else(|error| panic!("{recipe}: {error:#}"))
}

/// The labels of a dataset, including those that a recipe tells users to derive.
fn labels(made: &Made, derive: &[&str]) -> Vec<Label> {
    let mut options = made.options.clone();
    let wanted = derive
        .iter()
        .map(|text| text.parse::<Derivation>().unwrap());
    options.derive = wanted.collect();
    let data = Dataset::open_with(&made.root, &options).unwrap();
    data.labels().to_vec()
}

#[test]
fn taskonomy() {
    let config = complete(
        "recipes/taskonomy.toml",
        &labels(&datasets::taskonomy(), &[]),
    );
    assert_eq!(config.labels.len(), 5);
    let ablation = complete(
        "recipes/ablation.toml",
        &labels(&datasets::taskonomy(), &[]),
    );
    assert_eq!(ablation.labels.len(), 5);
    assert_eq!(config.network.backbone.tile(), 16);
}

#[test]
fn cityscapes() {
    let derive = ["normals=depth", "edges=canny"];
    let config = complete(
        "recipes/cityscapes.toml",
        &labels(&datasets::cityscapes(), &derive),
    );
    assert_eq!(config.labels.len(), 4);
    assert_eq!(config.network.backbone.tile(), 16);
}

#[test]
fn nyu() {
    let derive = ["normals=depth", "edges=canny"];
    let config = complete("recipes/nyu.toml", &labels(&datasets::nyu(), &derive));
    assert_eq!(config.network.backbone.tile(), 32);
}

#[test]
fn renderer() {
    let frames = datasets::frames(datasets::encodings()[0]);
    let config = complete("recipes/renderer.toml", &labels(&frames, &[]));
    assert!(config.labels.iter().all(|label| label.presence));
    let staged = complete("recipes/staged.toml", &labels(&frames, &[]));
    let sizes: Vec<usize> = staged
        .stages()
        .iter()
        .map(|stage| stage.size.width)
        .collect();
    assert_eq!(sizes, [64, 128, 256]);
}

#[test]
fn rooms() {
    let labels = [
        Label::semantics(["wall"]),
        Label::depth(),
        Label::normals(),
        Label::curvature(),
        Label::edges(),
        Label::albedo(),
    ];
    assert_eq!(complete("rooms/recipe.toml", &labels).labels, labels);
    // In the README, it is used with frames from Blender, which have four of its labels.
    let frames = datasets::frames(datasets::encodings()[0]);
    let blender = complete("rooms/recipe.toml", &self::labels(&frames, &[]));
    assert_eq!(blender.labels.len(), 4);
}
