//! Benchmark of loading prepared samples at 256x256 with six labels and objects: samples alone, and batches for
//! training with flips, sparsity and encoding. All measurements use all cores.
//!
//! `cargo bench -p multicond-train --bench data`. The data is synthetic, or in `$MULTICOND_DATA`, which may be any
//! dataset with the labels of `examples/rooms`.

use std::{env, hint::black_box, path::Path, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};
use indicatif::ProgressBar;
use multicond::Size;
use multicond_train::data::{
    Augmentation, Dataset, Loader, PrepareOptions, Sparsity, Start, prepare,
};

const SIDE: u32 = 256;
const FRAMES: u64 = 64;
const SIZE: Size = Size {
    width: 256,
    height: 256,
};

/// Writes frames in the Taskonomy layout: tiles of classes and objects, gradients of values, some missing pixels.
fn make_up(folder: &Path) {
    let domains = [
        "rgb",
        "segment_semantic",
        "segment_instance",
        "depth_zbuffer",
    ];
    let more = ["normal", "principal_curvature", "edge_texture", "albedo"];
    for domain in domains.into_iter().chain(more) {
        std::fs::create_dir(folder.join(domain)).expect("a folder");
    }
    for frame in 0..FRAMES as u32 {
        let path = |domain: &str| {
            let name = format!("point_0_view_{frame}_domain_{domain}.png");
            folder.join(domain).join(name)
        };
        let tile = |x: u32, y: u32| (x + frame) / 40 + 7 * (y / 40);
        let color = |x: u32, y: u32| Rgb([(x + frame) as u8, y as u8, (x ^ y) as u8]);
        for domain in ["rgb", "normal", "principal_curvature", "albedo"] {
            let picture = RgbImage::from_fn(SIDE, SIDE, color);
            picture.save(path(domain)).expect("a picture");
        }
        GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([(tile(x, y) % 16) as u8]))
            .save(path("segment_semantic"))
            .expect("classes");
        for (domain, step) in [
            ("segment_instance", 1),
            ("depth_zbuffer", 40),
            ("edge_texture", 900),
        ] {
            let value = |x: u32, y: u32| match domain {
                "segment_instance" => tile(x, y),
                _ => x * step / 4 + y,
            };
            ImageBuffer::from_fn(SIDE, SIDE, |x, y| Luma([value(x, y) as u16]))
                .save(path(domain))
                .expect("numbers");
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = match env::var_os("MULTICOND_DATA") {
        Some(path) => path.into(),
        None => {
            make_up(folder.path());
            folder.path().to_owned()
        }
    };
    let dataset = Dataset::open(&source).expect("a dataset");
    let prepared = folder.path().join("prepared");
    let options = PrepareOptions {
        size: Some(SIZE),
        ..PrepareOptions::default()
    };
    prepare(&dataset, &prepared, &options, &ProgressBar::hidden()).expect("prepares");
    let prepared = Dataset::open(&prepared).expect("opens");

    let mut group = criterion.benchmark_group("256x256, six labels");
    group.measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(FRAMES));
    group.sample_size(20);
    for (name, dataset) in [("PNG files", &dataset), ("prepared", &prepared)] {
        group.bench_function(format!("samples, {name}"), |bencher| {
            bencher.iter(|| read_all(dataset));
        });
    }
    group.bench_function("batches, prepared", |bencher| {
        bencher.iter_custom(|rounds| {
            let mut loader = loader(&prepared);
            let start = std::time::Instant::now();
            for _ in 0..rounds * FRAMES {
                black_box(loader.next_batch().expect("a batch"));
            }
            start.elapsed()
        });
    });
    group.finish();
}

/// Reads the first frames on all cores.
fn read_all(dataset: &Dataset) {
    let threads = multicond::threads::available();
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || {
                for index in (first..FRAMES as usize).step_by(threads) {
                    black_box(
                        dataset
                            .read(index, dataset.labels(), SIZE)
                            .expect("a sample"),
                    );
                }
            });
        }
    });
}

fn loader(dataset: &Dataset) -> Loader {
    let augmentation = Augmentation {
        flip: true,
        load_size: None,
        sparsity: Sparsity::default(),
        confidence: None,
    };
    let labels = dataset.labels().to_vec();
    Loader::start(
        dataset.clone(),
        labels,
        SIZE,
        1,
        augmentation,
        0,
        Start::default(),
    )
    .expect("starts")
}

criterion_group!(benches, bench);
criterion_main!(benches);
