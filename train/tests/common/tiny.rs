//! A tiny dataset for short runs, and comparison of the resulting weights.

use std::{collections::BTreeMap, fs, path::Path};

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use safetensors::SafeTensors;
use tempfile::TempDir;

/// Width and height of its pictures.
pub(crate) const SIDE: u32 = 32;

/// Four frames with semantics and depth in the Taskonomy layout.
pub(crate) fn data() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for domain in ["rgb", "segment_semantic", "depth_zbuffer"] {
        fs::create_dir(folder.path().join(domain)).unwrap();
    }
    fs::write(folder.path().join("classes.json"), r#"["left", "right"]"#).unwrap();
    for view in 0..4 {
        let path = |domain: &str| {
            let name = format!("point_0_view_{view}_domain_{domain}.png");
            folder.path().join(domain).join(name)
        };
        let shade = |x: u32, y: u32| (x * 5 + y * 2 + view * 9) as u8;
        RgbImage::from_fn(SIDE, SIDE, |x, y| {
            Rgb([shade(x, y), 128, 255 - shade(y, x)])
        })
        .save(path("rgb"))
        .unwrap();
        ImageBuffer::from_fn(SIDE, SIDE, |x, _| Luma([1 + u8::from(x >= 10 + view)]))
            .save(path("segment_semantic"))
            .unwrap();
        ImageBuffer::from_fn(SIDE, SIDE, |x, y| Luma([512 * (1 + (x + y) as u16 / 8)]))
            .save(path("depth_zbuffer"))
            .unwrap();
    }
    folder
}

/// The bits of all values in a checkpoint's generator, by tensor.
pub(crate) fn weights(checkpoint: &Path) -> BTreeMap<String, Vec<u32>> {
    let bytes = fs::read(checkpoint.join("generator.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.iter();
    tensors
        .map(|(name, view)| {
            let numbers = view.data().chunks_exact(4);
            let numbers = numbers.map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
            (name.to_owned(), numbers.collect())
        })
        .collect()
}

/// Lists the tensors that differ instead of printing their values.
#[track_caller]
pub(crate) fn assert_same_weights(found: &Path, expected: &Path) {
    let (found, expected) = (weights(found), weights(expected));
    assert!(!expected.is_empty() && found.keys().eq(expected.keys()));
    let differs = |name: &&String| found[*name] != expected[*name];
    let differing: Vec<&String> = expected.keys().filter(differs).collect();
    assert!(differing.is_empty(), "{differing:?} differ");
}
