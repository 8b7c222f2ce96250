//! Compares metrics with other implementations: scikit-image, SciPy, LPIPS in NumPy (`reference/metrics.py`), and
//! EfficientNet-Lite0 in PyTorch.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use multicond::EngineOptions;
use multicond_test_support::{
    engines,
    require::{self, python},
};
use multicond_train::eval::{
    FeatureNetwork, Lpips, LpipsNetwork, Moments, frechet_distance, psnr, ssim,
};
use ndarray::{Array, Array2, Array3, Array4, Dimension, s};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    psnr: Vec<f64>,
    ssim: Vec<f64>,
    lpips: Option<BTreeMap<String, Vec<f64>>>,
    frechet: BTreeMap<String, f64>,
}

/// Pseudorandom numbers, the same on every machine.
fn noise(index: usize) -> f32 {
    let mixed = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)) >> 40) as f32 / (1_u64 << 24) as f32
}

/// Pairs of a smooth picture with some texture and a variant of it: noisy, dimmed, shifted, or unrelated.
fn pairs() -> [Array4<u8>; 2] {
    let (count, height, width) = (4, 72, 88);
    let value = |n: usize, y: usize, x: usize, c: usize| {
        let wave = (x as f32 / (5.0 + n as f32) + c as f32).sin() * (y as f32 / 9.0).cos();
        128.0 + 70.0 * wave + 30.0 * noise((n * height + y) * width + x)
    };
    let shape = (count, height, width, 3);
    let byte = |value: f32| value.clamp(0.0, 255.0) as u8;
    let first = Array4::from_shape_fn(shape, |(n, y, x, c)| byte(value(n, y, x, c)));
    let second = Array4::from_shape_fn(shape, |(n, y, x, c)| {
        byte(match n {
            0 => value(n, y, x, c) + 60.0 * (noise(3 * (y * width + x) + c) - 0.5),
            1 => 0.7 * value(n, y, x, c),
            2 => value(n, y, x + 2, c),
            _ => 255.0 * noise(7 * (y * width + x) + c),
        })
    });
    [first, second]
}

/// Correlated features: sums of a few directions, and noise.
fn features(count: usize, dimensions: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((count, dimensions), |(row, column)| {
        let wave = |k: usize| {
            let strength = noise(seed + 31 * row + k) - 0.5;
            strength * ((column * (k + 1)) as f32 / 17.0 + seed as f32 / 1e4).cos()
        };
        let shared: f32 = (0..6).map(wave).sum();
        shared + 0.1 * noise(seed + row * dimensions + column) + 0.05 * (seed % 3) as f32
    })
}

/// Writes an array as NumPy does.
fn write_npy<T: Copy, D: Dimension>(
    path: &Path,
    kind: &str,
    array: &Array<T, D>,
    bytes: impl Fn(T) -> Vec<u8>,
) {
    let shape: Vec<String> = array.shape().iter().map(ToString::to_string).collect();
    let shape = shape.join(", ");
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(array.iter().flat_map(|value| bytes(*value)));
    fs::write(path, file).unwrap();
}

/// A picture `[3, height, width]` in [0, 1].
fn picture(pictures: &Array4<u8>, index: usize) -> Array3<f32> {
    let picture = pictures.slice(s![index, .., .., ..]);
    let picture = picture.permuted_axes([2, 0, 1]);
    picture.mapv(|byte| f32::from(byte) / 255.0)
}

fn moments(features: &Array2<f32>) -> Moments {
    let mut moments = Moments::new(features.ncols());
    for row in features.rows() {
        moments.add(row.as_slice().unwrap()).unwrap();
    }
    moments
}

#[test]
fn scores_agree_with_others() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = pairs();
    write_npy(
        &folder.path().join("pictures_a.npy"),
        "|u1",
        &first,
        |byte| vec![byte],
    );
    write_npy(
        &folder.path().join("pictures_b.npy"),
        "|u1",
        &second,
        |byte| vec![byte],
    );
    // More vectors than dimensions, fewer vectors than dimensions, and sets of different sizes.
    let sets = [
        ("many", features(300, 24, 1), features(300, 24, 5_002)),
        ("few", features(40, 160, 1), features(40, 160, 5_002)),
        ("unequal", features(60, 48, 1), features(200, 48, 5_003)),
    ];
    for (name, a, b) in &sets {
        for (end, set) in [("a", a), ("b", b)] {
            let path = folder.path().join(format!("features_{name}_{end}.npy"));
            write_npy(&path, "<f4", set, |value| value.to_le_bytes().to_vec());
        }
    }
    let networks = [("alex", LpipsNetwork::Alex), ("vgg", LpipsNetwork::Vgg)];
    let weights = networks.map(|(_, network)| require::asset(network.file()));
    let mut command = Command::new(python);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/metrics.py");
    command.arg(script).arg(folder.path());
    if weights.iter().all(Option::is_some) {
        command
            .arg("--lpips")
            .arg(multicond::cache_folder().unwrap());
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read_to_string(folder.path().join("metrics.json")).unwrap();
    let reference: Reference = serde_json::from_str(&text).unwrap();

    let close = |what: &str, found: f64, expected: f64, tolerance: f64| {
        println!("{what}: {found} {expected}");
        assert!(
            (found - expected).abs() <= tolerance,
            "{what}: {found}, expected {expected}"
        );
    };
    let count = first.dim().0;
    assert_eq!(reference.psnr.len(), count);
    for index in 0..count {
        let (a, b) = (picture(&first, index), picture(&second, index));
        close(
            "PSNR",
            psnr(a.view(), b.view()),
            reference.psnr[index],
            1e-4,
        );
        close(
            "SSIM",
            ssim(a.view(), b.view()).unwrap(),
            reference.ssim[index],
            1e-4,
        );
    }
    for (name, a, b) in &sets {
        let expected = reference.frechet[*name];
        let found = frechet_distance(&moments(a), &moments(b)).unwrap();
        close(
            &format!("Frechet, {name}"),
            found,
            expected,
            1e-5 * expected,
        );
    }
    let Some(lpips) = &reference.lpips else {
        return;
    };
    for engine in engines::available() {
        for ((name, network), path) in networks.iter().zip(&weights) {
            let path = path.as_ref().unwrap();
            let mut lpips_network =
                Lpips::load(*network, path, &EngineOptions::named(engine)).unwrap();
            let what = format!("LPIPS {name}, {engine}");
            for (index, expected) in lpips[*name].iter().enumerate() {
                let (a, b) = (picture(&first, index), picture(&second, index));
                let found = lpips_network.distance(a.view(), b.view()).unwrap();
                close(&what, found, *expected, 1e-4);
            }
        }
    }
}

/// Sums over all features, and every second, third, fifth and seventh of them, for [`pattern`] as `(x - 127) / 128`.
/// Computed with PyTorch 2.11 and the package efficientnet-lite-pytorch 0.1.0.
const EFFICIENTNET: [f64; 5] = [109.436016, 52.177897, 38.657119, 21.662372, 14.911750];

/// A picture of 224x224 with fine and coarse structure.
fn pattern() -> Array3<f32> {
    Array3::from_shape_fn((3, 224, 224), |(c, y, x)| {
        let fine = ((c * 7 + y * 31 + x * 17) % 256) as f32 * 0.5;
        let coarse = ((y + 2 * x + 40 * c) / 6 % 128) as f32;
        (fine + coarse).floor() / 255.0
    })
}

#[test]
fn efficientnet_sees_what_it_sees_in_pytorch() {
    let Some(path) = require::asset("efficientnet_lite0.safetensors") else {
        return;
    };
    for engine in engines::available() {
        let network =
            FeatureNetwork::efficientnet_lite0(&path, &EngineOptions::named(engine)).unwrap();
        let features = network.features(pattern().view()).unwrap();
        assert_eq!(features.len(), 1280);
        for (step, expected) in [1, 2, 3, 5, 7].into_iter().zip(EFFICIENTNET) {
            let found: f64 = features.iter().step_by(step).copied().map(f64::from).sum();
            assert!(
                (found - expected).abs() < 1e-3,
                "{engine}: {found} {expected}"
            );
        }
    }
}
