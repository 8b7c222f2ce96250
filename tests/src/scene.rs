//! Random label maps with all values that a label can have, dense or sparse.

use multicond::label::{Encoding, Label, LabelMap};
use ndarray::{Array2, Array3};

use crate::random::Random;

/// Which pixels have labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All labels at all pixels.
    Dense,
    /// Each label is missing at about a third of the pixels, in all ways that a value can be missing.
    Holes,
    /// Every second label is missing everywhere, the others are dense.
    Whole,
}

/// All variants.
pub const COVERAGES: [Coverage; 3] = [Coverage::Dense, Coverage::Holes, Coverage::Whole];

/// Random maps, one per label.
pub fn maps(
    labels: &[Label],
    width: usize,
    height: usize,
    coverage: Coverage,
    seed: u64,
) -> Vec<LabelMap> {
    let mut random = Random::new(seed);
    labels
        .iter()
        .enumerate()
        .map(|(index, label)| {
            if coverage == Coverage::Whole && index % 2 == 1 {
                return LabelMap::missing(label, width, height);
            }
            let holes = coverage == Coverage::Holes;
            map(label, width, height, holes, &mut random)
        })
        .collect()
}

/// Random confidences, one map per label but the third: also of 0 and 1, and numbers that mean one of these.
pub fn confidences(
    labels: &[Label],
    width: usize,
    height: usize,
    seed: u64,
) -> Vec<Option<Array2<f32>>> {
    let mut random = Random::new(seed);
    let special = [0.0, -0.0, -1.0, f32::NAN, 1.0, 1.5, f32::INFINITY];
    let mut number = || match random.below(2) {
        0 => special[random.below(special.len())],
        _ => random.range(0.0, 1.0),
    };
    (0..labels.len())
        .map(|index| {
            (index != 2).then(|| Array2::from_shape_simple_fn((height, width), &mut number))
        })
        .collect()
}

fn map(label: &Label, width: usize, height: usize, holes: bool, random: &mut Random) -> LabelMap {
    let Some(encoding) = label.encoding() else {
        return LabelMap::Classes(ids(label, width, height, holes, random));
    };
    let channels = label.channels();
    let mut values = Array3::zeros((channels, height, width));
    for y in 0..height {
        for x in 0..width {
            let hole = holes && random.below(3) == 0;
            let mut pixel = present(&encoding, channels, random);
            if hole {
                break_pixel(&encoding, &mut pixel, random);
            }
            for (channel, value) in pixel.into_iter().enumerate() {
                values[[channel, y, x]] = value;
            }
        }
    }
    LabelMap::Values(values)
}

fn ids(
    label: &Label,
    width: usize,
    height: usize,
    holes: bool,
    random: &mut Random,
) -> Array2<i32> {
    let classes = label.class_count();
    let mut ids = Array2::from_shape_simple_fn((height, width), || random.below(classes) as i32);
    if holes {
        let missing = label.missing_class().unwrap_or(-1);
        let beyond = [missing, -1, classes as i32, i32::MAX, i32::MIN];
        for id in &mut ids {
            if random.below(3) == 0 {
                *id = beyond[random.below(beyond.len())];
            }
        }
    }
    ids
}

/// A value that is present, sometimes outside the range of its encoding.
fn present(encoding: &Encoding, channels: usize, random: &mut Random) -> Vec<f32> {
    let mut draw =
        |low, high| -> Vec<f32> { (0..channels).map(|_| random.range(low, high)).collect() };
    match *encoding {
        Encoding::Affine { scale, bias } => {
            let (a, b) = ((-1.2 - bias) / scale, (1.2 - bias) / scale);
            draw(a, b)
        }
        Encoding::Reciprocal { half } => draw(0.01 * half, 5.0 * half),
        Encoding::Power { .. } => draw(-0.1, 1.1),
        Encoding::Direction => {
            let vector = draw(-1.0, 1.0);
            let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-3);
            vector.into_iter().map(|v| v / length).collect()
        }
        other => panic!("no values for {other}"),
    }
}

fn break_pixel(encoding: &Encoding, pixel: &mut [f32], random: &mut Random) {
    if *encoding == Encoding::Direction && random.below(2) == 0 {
        pixel.fill(0.0);
        return;
    }
    let broken: &[f32] = match encoding {
        // Distances that no surface has.
        Encoding::Reciprocal { .. } => &[f32::NAN, f32::INFINITY, 0.0, -1.5, 1e8, f32::MAX],
        _ => &[
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            3e38,
            -1e30,
            f32::MIN,
        ],
    };
    let channel = random.below(pixel.len());
    pixel[channel] = broken[random.below(broken.len())];
}
