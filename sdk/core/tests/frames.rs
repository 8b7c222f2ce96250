//! One generator, many frames: what is reused from the previous frame is what would have been computed, whatever the
//! size of the pictures and the options.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::path::PathBuf;

use multicond::{
    Fit, Frame, Generator, Options, Picture, Threads,
    label::LabelMap,
    model::ModelFile,
    pixels::{Channels, Component, Format, Image, ImageMut, LabelImage, Layout, Output},
};
use multicond_test_support::{engines, small};
use ndarray::{Array2, Array3, s};
use tempfile::TempDir;

/// Not multiples of the model's size: the last column and row are repeated.
const WIDTH: usize = 30;
const HEIGHT: usize = 13;
const PIXELS: usize = WIDTH * HEIGHT;
const PADDED: usize = 32 * 16;
const MISSING_CLASS: i32 = 255;

struct Model {
    path: PathBuf,
    _folder: TempDir,
}

impl Model {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = small::write(folder.path(), &small::model());
        Self {
            path,
            _folder: folder,
        }
    }

    fn open(&self, options: Options) -> Generator {
        Generator::open(&self.path, &options.with_fit(Fit::Pad)).unwrap()
    }
}

/// Numbers that look random and are always the same.
struct Random(u32);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % end
    }
}

/// Labels with structure and missing pixels, in memory that frames only look at.
struct Scene {
    width: usize,
    height: usize,
    semantics: Vec<i32>,
    depth: Vec<f32>,
    normals: Vec<f32>,
    curvature: Vec<f32>,
}

const LABELS: [&str; 4] = ["semantics", "depth", "normals", "curvature"];

impl Scene {
    fn new(width: usize, height: usize, seed: u32) -> Self {
        const AXES: [[f32; 3]; 4] = [[0.0, 0.0, 1.0], [0.6, 0.0, 0.8], [0.0, -0.6, 0.8], [0.0; 3]];
        let mut random = Random(seed.wrapping_mul(2_654_435_761).wrapping_add(1));
        let mut scene = Self {
            width,
            height,
            semantics: vec![],
            depth: vec![],
            normals: vec![],
            curvature: vec![],
        };
        for _ in 0..width * height {
            let class = random.below(4) as i32;
            scene
                .semantics
                .push(if class < 3 { class } else { MISSING_CLASS });
            scene.depth.push(random.below(200) as f32 / 16.0);
            scene.normals.extend(AXES[random.below(4)]);
            let bend = [0; 2].map(|_| random.below(41) as f32 - 20.0);
            scene.curvature.extend(bend);
        }
        scene
    }

    /// A frame of these labels.
    fn frame(&self, labels: &[&str]) -> Frame<'_> {
        let mut frame = Frame::new(self.width, self.height);
        for &label in labels {
            let (bytes, component, channels) = match label {
                "semantics" => (bytes(&self.semantics), Component::I32, Channels::R),
                "depth" => (bytes(&self.depth), Component::F32, Channels::R),
                "normals" => (bytes(&self.normals), Component::F32, Channels::Rgb),
                _ => (bytes(&self.curvature), Component::F32, Channels::Rg),
            };
            let layout = Layout::new(self.width, self.height);
            let image = Image::new(bytes, Format::new(component, channels), layout).unwrap();
            frame.set_image(label, LabelImage::new(image)).unwrap();
        }
        frame
    }

    /// Draws some rectangles anew.
    fn change(&mut self, time: usize) {
        let mut random = Random(time as u32 * 977 + 3);
        for _ in 0..=time % 3 {
            let (left, top) = (random.below(self.width), random.below(self.height));
            let right = (left + 1 + random.below(9)).min(self.width);
            let bottom = (top + 1 + random.below(6)).min(self.height);
            let depth = random.below(64) as f32 / 8.0;
            for y in top..bottom {
                for at in y * self.width + left..y * self.width + right {
                    self.depth[at] = depth;
                    self.semantics[at] = depth as i32 % 4;
                    self.normals[3 * at + random.below(3)] += 0.25;
                    self.curvature[2 * at] = depth;
                }
            }
        }
    }
}

/// Numbers of 4 bytes as they are in memory.
fn bytes<T>(numbers: &[T]) -> &[u8] {
    assert_eq!(size_of::<T>(), 4);
    // SAFETY: i32 and f32 have no padding, and any byte is a u8.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}

fn picture(generator: &mut Generator, frame: &Frame<'_>) -> Picture {
    let mut picture = Picture::default();
    generator.generate(frame, &mut picture).unwrap();
    picture
}

/// Generates a picture and compares the statistics.
#[track_caller]
fn counts(generator: &mut Generator, frame: &Frame<'_>, changed: usize, merged: usize) {
    picture(generator, frame);
    let statistics = generator.statistics();
    assert_eq!(statistics.pixels, PADDED);
    assert_eq!(statistics.changed, changed);
    assert_eq!(statistics.rendered, changed > 0);
    // tract merges duplicates once per position modulo 16, as it rounds differently at each.
    let most = match generator.engine().name() {
        "tract" => changed.min(16 * merged),
        _ => merged,
    };
    assert!(
        (merged..=most).contains(&statistics.merged),
        "{statistics:?}"
    );
    let parts = statistics.decode + statistics.merge + statistics.render + statistics.write;
    assert!(parts <= statistics.total, "{statistics:?}");
}

#[test]
fn statistics_count_what_changed_and_what_was_merged() {
    let model = Model::new();
    for engine in engines::available() {
        let generator = &mut model.open(engines::options(engine));
        let mut scene = Scene::new(WIDTH, HEIGHT, 1);
        assert_eq!(generator.statistics(), Default::default());
        // Everything is missing everywhere: one pixel stands for all.
        counts(generator, &scene.frame(&[]), PADDED, 1);
        counts(generator, &scene.frame(&[]), 0, 0);
        scene.depth = (0..PIXELS).map(|p| (p + 1) as f32 / 16.0).collect();
        counts(generator, &scene.frame(&["depth"]), PADDED, PIXELS);
        counts(generator, &scene.frame(&["depth"]), 0, 0);
        scene.depth[5] = 100.0;
        counts(generator, &scene.frame(&["depth"]), 1, 1);
        // Two pixels of one value.
        (scene.depth[6], scene.depth[70]) = (101.0, 101.0);
        counts(generator, &scene.frame(&["depth"]), 2, 1);
        // These two are of one class and stay duplicates.
        let both = ["semantics", "depth"];
        scene.semantics = (0..PIXELS as i32).map(|p| p % 2).collect();
        counts(generator, &scene.frame(&both), PADDED, PIXELS - 1);
        // Two of three are of one class.
        scene.depth[20..23].fill(102.0);
        counts(generator, &scene.frame(&both), 3, 2);
        // The last pixel, and the 2 columns and 3 rows that repeat it.
        scene.depth[PIXELS - 1] = 103.0;
        counts(generator, &scene.frame(&both), 3 * 4, 1);
        scene.depth[20] = 102.0;
        counts(generator, &scene.frame(&both), 0, 0);
        // An id that is no class is missing, like any other.
        scene.semantics[9] = 77;
        counts(generator, &scene.frame(&both), 1, 1);
        scene.semantics[9] = MISSING_CLASS;
        counts(generator, &scene.frame(&both), 0, 0);
        // Without the label, pixels become missing, except the one that was; 20 and 21 become duplicates.
        let merged = PIXELS - 1 - 1 - 2;
        counts(generator, &scene.frame(&["depth"]), PADDED - 1, merged);
        counts(generator, &scene.frame(&[]), PADDED, 1);
        let generator = &mut model.open(engines::options(engine).with_reuse(false));
        for _ in 0..3 {
            counts(generator, &scene.frame(&[]), PADDED, PADDED);
        }
    }
}

/// Rectangles move in images that the frames share, labels come and go, and pictures are padded.
#[test]
fn reuse_changes_no_bit() {
    const FRAMES: usize = 150;
    let model = Model::new();
    for engine in engines::available() {
        let mut kept = model.open(engines::options(engine));
        let fresh = || model.open(engines::options(engine).with_reuse(false));
        let mut other = fresh();
        let mut scene = Scene::new(WIDTH, HEIGHT, 2);
        let (mut merged, mut unchanged) = (0, 0);
        for time in 0..FRAMES {
            if time % 4 == 0 {
                other = fresh();
            }
            if time % 7 != 0 {
                scene.change(time);
            }
            let unset = (time % 5 == 3).then_some(time / 5 % 4);
            let labels = LABELS.iter().enumerate();
            let labels = labels.filter(|(at, _)| Some(*at) != unset);
            let labels: Vec<&str> = labels.map(|(_, label)| *label).collect();
            let frame = scene.frame(&labels);
            let got = picture(&mut kept, &frame);
            assert!(got == picture(&mut other, &frame), "{engine}, frame {time}");
            merged += kept.statistics().merged;
            unchanged += usize::from(!kept.statistics().rendered);
        }
        assert!(merged < FRAMES * PADDED * 3 / 4, "{merged}");
        assert!(unchanged > 0);
    }
}

/// Small, larger, smaller and back again: nothing of an earlier size is left.
#[test]
fn one_generator_makes_pictures_of_any_size() {
    let sizes = [(8, 4), (40, 24), (5, 3), (40, 25), (30, 13), (8, 4), (4, 8)];
    let model = Model::new();
    for engine in engines::available() {
        let mut generator = model.open(engines::options(engine));
        for (seed, (width, height)) in sizes.into_iter().enumerate() {
            let mut fresh = model.open(engines::options(engine).with_reuse(false));
            let scene = Scene::new(width, height, seed as u32);
            generator.prepare(width, height).unwrap();
            generator.prepare(0, height).unwrap_err();
            for labels in [&LABELS[..0], &LABELS] {
                let frame = scene.frame(labels);
                let got = picture(&mut generator, &frame);
                assert!(got == picture(&mut fresh, &frame), "{width}x{height}");
            }
        }
    }
}

/// Pictures whose sides are not multiples of the model's have their last column and row repeated, and are cropped: the
/// same as padding by hand.
#[track_caller]
fn is_padded(model: &Model, options: &Options, width: usize, height: usize) {
    let scene = Scene::new(width, height, (width * 131 + height) as u32);
    let next = |side: usize| side.next_multiple_of(small::SIZE_MULTIPLE);
    let (wide, high) = (next(width), next(height));
    let at = |x: usize, y: usize| y.min(height - 1) * width + x.min(width - 1);
    let mut by_hand = Frame::new(wide, high);
    let ids = Array2::from_shape_fn((high, wide), |(y, x)| scene.semantics[at(x, y)]);
    by_hand.set("semantics", LabelMap::Classes(ids)).unwrap();
    for (name, values, channels) in [
        ("depth", &scene.depth, 1),
        ("normals", &scene.normals, 3),
        ("curvature", &scene.curvature, 2),
    ] {
        let map = Array3::from_shape_fn((channels, high, wide), |(c, y, x)| {
            values[channels * at(x, y) + c]
        });
        by_hand.set(name, LabelMap::Values(map)).unwrap();
    }
    let got = picture(&mut model.open(options.clone()), &scene.frame(&LABELS));
    let expected = picture(&mut model.open(options.clone()), &by_hand);
    let expected = expected
        .values()
        .slice(s![.., ..height, ..width])
        .to_owned();
    assert!(got.values() == expected, "{width}x{height}");
}

#[test]
fn the_smallest_and_odd_sizes_are_padded() {
    let model = Model::new();
    for engine in engines::available() {
        for (width, height) in [
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
            (3, 5),
            (4, 4),
            (5, 4),
            (4, 5),
            (7, 9),
            (31, 17),
        ] {
            is_padded(&model, &engines::options(engine), width, height);
        }
    }
}

#[test]
fn the_longest_sides_are_padded() {
    let model = Model::new();
    let longest = multicond::limits::MAX_SIDE;
    for engine in engines::available() {
        for (width, height) in [(8192, 8), (8, 8192), (8193, 5), (longest, 3), (3, longest)] {
            is_padded(&model, &engines::options(engine), width, height);
        }
    }
}

#[test]
fn options_do_not_change_the_picture() {
    let model = Model::new();
    let scene = Scene::new(WIDTH, HEIGHT, 6);
    for engine in engines::available() {
        let mut pictures = Vec::new();
        for (threads, spin, reuse, tile_pixels) in [
            (0, false, true, 0),
            (1, false, true, 1),
            (1, false, false, 1000),
            (2, true, true, 64),
            (3, false, true, 0),
            (5, false, false, 7),
        ] {
            let options = engines::options(engine)
                .with_threads(Threads::from(threads.try_into().ok()))
                .with_spin(spin)
                .with_reuse(reuse)
                .with_tile_pixels(tile_pixels.try_into().ok());
            pictures.push(picture(&mut model.open(options), &scene.frame(&LABELS)));
        }
        for other in &pictures[1..] {
            // Engines add in another order for other tiles and threads: a few units in the last place.
            let pairs = pictures[0].values().into_iter().zip(other.values());
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6, "{engine}: {worst}");
        }
    }
}

#[test]
fn the_estimate_of_memory_follows_the_padded_size() {
    let file = ModelFile::open(Model::new().path).unwrap();
    let estimate = |width, height| Generator::estimate_memory(&file, width, height);
    let (small, large) = (estimate(64, 64), estimate(640, 640));
    // What does not depend on the size is there twice.
    let (next, twice) = (estimate(640, 1280), estimate(640, 1920));
    assert!(large > small && next > large);
    assert!((twice - next).abs_diff(next - large) < (next - large) / 100);
    assert_eq!(estimate(637, 638), large);
    assert_eq!(estimate(u32::MAX as usize, u32::MAX as usize), u64::MAX);
    assert!(estimate(0, 0) <= small);
}

fn gigabytes_free() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_048_576.0)
}

/// One label that is the same everywhere: inside, all pixels have the same neighbourhood and are the same; the borders
/// differ.
#[test]
fn a_large_picture() {
    const WIDTH: usize = 8192;
    const HEIGHT: usize = 4320;
    const SMALL: usize = 64;
    // tract takes twice the memory. ONNX Runtime copies the neighbourhood of every pixel for this model's few channels.
    if !engines::has_onnxruntime() || gigabytes_free().is_none_or(|free| free < 14.0) {
        eprintln!(
            "SKIPPED: a picture of {WIDTH}x{HEIGHT} needs ONNX Runtime and 14 GB with this model"
        );
        return;
    }
    let model = Model::new();
    let ids = vec![1; WIDTH * HEIGHT];
    let r8 = Format::new(Component::U8, Channels::R);
    let generate = |width, height, output: Format| {
        let layout = Layout::new(width, height);
        let image = Image::new(&ids[..width * height], r8, layout).unwrap();
        let mut frame = Frame::new(width, height);
        frame
            .set_image("semantics", LabelImage::new(image))
            .unwrap();
        let mut pixels = vec![0; width * height * output.bytes()];
        let image = ImageMut::new(&mut pixels, output, layout).unwrap();
        let mut output = Output::new(image).unwrap();
        let mut generator = model.open(engines::options("onnxruntime"));
        generator.generate_into(&frame, &mut output).unwrap();
        pixels
    };
    let rgb8 = Format::new(Component::U8, Channels::Rgb);
    let large = generate(WIDTH, HEIGHT, rgb8);
    let pixel = |x: usize, y: usize| &large[3 * (y * WIDTH + x)..][..3];
    let inside = pixel(1, 1);
    let different = (1..HEIGHT - 1)
        .flat_map(|y| (1..WIDTH - 1).map(move |x| (x, y)))
        .filter(|&(x, y)| pixel(x, y) != inside)
        .count();
    assert_eq!(different, 0);
    assert_ne!(pixel(0, 0), inside);
    // The same as in a small picture. The mean over 35 million floats is up to a hundredth off.
    let small = generate(SMALL, SMALL, rgb8);
    for (large, small) in inside.iter().zip(&small[3 * (SMALL + 1)..][..3]) {
        assert!(large.abs_diff(*small) <= 3, "{large} and {small}");
    }
}
