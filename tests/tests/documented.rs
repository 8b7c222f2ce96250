//! Runs the Python code in docs/dataset.md on a prepared dataset, to test the description of the format.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use image::{GrayImage, ImageBuffer, Luma, RgbImage};
use indicatif::ProgressBar;
use multicond::Size;
use multicond_test_support::require;
use multicond_train::data::{Dataset, PrepareOptions, prepare};

const SIZE: Size = Size {
    width: 24,
    height: 16,
};

/// Prepares a dataset with one frame, whose picture, classes and depth follow from formulas.
fn prepared(folder: &Path) {
    let source = folder.join("source");
    let path = |domain: &str| {
        fs::create_dir_all(source.join(domain)).unwrap();
        source.join(format!("{domain}/point_0_view_0_domain_{domain}.png"))
    };
    let (width, height) = (SIZE.width as u32, SIZE.height as u32);
    RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]))
        .save(path("rgb"))
        .unwrap();
    GrayImage::from_fn(width, height, |x, _| Luma([(x % 3) as u8]))
        .save(path("segment_semantic"))
        .unwrap();
    ImageBuffer::from_fn(width, height, |x, y| Luma([(512 * (x + 1) + y) as u16]))
        .save(path("depth_zbuffer"))
        .unwrap();
    let options = PrepareOptions {
        size: Some(SIZE),
        ..PrepareOptions::default()
    };
    let dataset = Dataset::open(&source).unwrap();
    let destination = folder.join("prepared");
    prepare(&dataset, &destination, &options, &ProgressBar::hidden()).unwrap();
}

/// The code block in the page that memory-maps records.
fn snippet() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/dataset.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```python\n").skip(1);
    let mut blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks
        .find(|block| block.contains("memmap"))
        .unwrap()
        .to_owned()
}

#[test]
fn python_reads_prepared_datasets() {
    let Some(python) = require::python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let checks = r#"
y, x = np.mgrid[0:height, 0:width]
assert (picture == np.stack([x, y, 0 * x + 7])).all()
assert depth["storage"] == "u16" and (numbers[0] == 512 * (x + 1) + y).all()
semantics = next(label for label in info["labels"] if label["name"] == "semantics")
ids = plane(0, semantics["offset"], "u1", 1)[0]
assert (ids == np.where(x % 3 == 0, 255, x % 3 - 1)).all()
import zlib
assert zlib.crc32(records[0].tobytes()) == info["frames"][0]["crc32"]
"#;
    let output = Command::new(python)
        .current_dir(folder.path())
        .args(["-c", &(snippet() + checks)])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
