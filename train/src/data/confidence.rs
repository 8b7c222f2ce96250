//! Random confidences, and noise in the labels that matches them: a label is noisier where its confidence is lower, so
//! that a network learns what a confidence means.

use std::f32::consts::TAU;

use multicond::label::{Label, LabelMap};
use multicond_format::label::Encoding;
use ndarray::{Array2, Array3};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Sample,
    sparsity::{random_for, sample_regions},
};

/// How confidences are drawn, and how much noise a label without any confidence has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfidenceNoise {
    /// Probability that a label of a picture gets a confidence, and noise. All others are certain.
    pub share: f64,
    /// Probability that such a confidence is drawn for each region; else it changes smoothly over the picture.
    pub regions: f64,
    /// Range that confidences are drawn from.
    pub range: [f64; 2],
    /// Standard deviation of the noise of a continuous label at confidence 0, in encoded values, which are from -1 to 1.
    /// At confidence c it is (1 - c) times that.
    pub noise: f64,
    /// Probability that a pixel of a categorical label has a wrong class at confidence 0; at confidence c it is (1 - c)
    /// times that.
    pub wrong_class: f64,
}

impl Default for ConfidenceNoise {
    fn default() -> Self {
        Self {
            share: 0.5,
            regions: 0.5,
            range: [0.0, 1.0],
            noise: 0.5,
            wrong_class: 0.9,
        }
    }
}

/// Cells along a side of the grid that smooth maps are interpolated from.
const CELLS: usize = 4;
/// Encoded values stay this far from -1 and 1, where distances would be zero or infinite.
const MARGIN: f32 = 1e-3;

impl ConfidenceNoise {
    /// Checks ranges.
    pub fn validate(&self) -> Result<(), String> {
        let [low, high] = self.range;
        let chances = [self.share, self.regions, self.wrong_class, low, high];
        if !chances.iter().all(|value| (0.0..=1.0).contains(value)) {
            return Err(
                "confidence.share, regions, range and wrong_class must be between 0 and 1".into(),
            );
        }
        if low > high {
            return Err(format!(
                "confidence.range [{low}, {high}] must be in ascending order"
            ));
        }
        if !(0.0..=10.0).contains(&self.noise) {
            return Err(format!(
                "confidence.noise must be between 0 and 10, not {}",
                self.noise
            ));
        }
        Ok(())
    }

    /// For evaluation: every label has a confidence, and this noise at confidence 0, of classes and of values.
    pub fn of(noise: f64) -> Self {
        Self {
            share: 1.0,
            noise,
            wrong_class: noise.min(1.0),
            ..Self::default()
        }
    }

    /// Draws confidences and noise of a sample in evaluation. Those of a label depend only on the seed, the sample's name
    /// and the label's name, not on other labels.
    pub fn apply_by_name(&self, sample: &mut Sample, schema: &[Label], seed: u64) {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(&sample.name);
        self.apply(sample, schema, hash.finalize().into());
    }

    /// Draws confidences and noise of a sample in a training step. Confidences that it had are replaced.
    pub fn apply(&self, sample: &mut Sample, schema: &[Label], seed: [u8; 32]) {
        // Other numbers than those that drop labels, whose seed may be the same.
        let seed = Sha256::new().chain_update(seed).chain_update("confidence");
        let seed: [u8; 32] = seed.finalize().into();
        let (numbers, count) = sample_regions(sample);
        let mut confidences = Vec::with_capacity(schema.len());
        for (map, label) in sample.labels.iter_mut().zip(schema) {
            let mut rng = random_for(seed, label);
            if rng.random::<f64>() >= self.share {
                confidences.push(None);
                continue;
            }
            let by_region = rng.random::<f64>() < self.regions;
            let confidence = match by_region {
                true => {
                    let drawn: Vec<f32> = (0..count).map(|_| self.draw(&mut rng)).collect();
                    numbers.mapv(|number| drawn[number as usize])
                }
                false => smooth(numbers.dim(), &mut rng, |rng| self.draw(rng)),
            };
            match (map, label.encoding()) {
                (LabelMap::Values(values), Some(encoding)) => {
                    self.blur(values, &encoding, &confidence, &mut rng);
                }
                (LabelMap::Classes(ids), _) => {
                    let regions = by_region.then_some((&numbers, count));
                    self.mistake(ids, label.class_count(), &confidence, regions, &mut rng);
                }
                (LabelMap::Values(_), None) => unreachable!("continuous labels have an encoding"),
            }
            confidences.push(Some(confidence));
        }
        sample.confidence = confidences;
    }

    fn draw(&self, rng: &mut impl Rng) -> f32 {
        let [low, high] = self.range;
        (low + (high - low) * rng.random::<f64>()) as f32
    }

    /// Adds noise to encoded values: half of its variance from pixel to pixel, half of it smooth. Missing pixels stay
    /// missing, and known ones known.
    fn blur(
        &self,
        values: &mut Array3<f32>,
        encoding: &Encoding,
        confidence: &Array2<f32>,
        rng: &mut impl Rng,
    ) {
        let (channels, height, width) = values.dim();
        let slow: Vec<Array2<f32>> = (0..channels)
            .map(|_| smooth((height, width), rng, normal))
            .collect();
        let scale = self.noise as f32 * std::f32::consts::FRAC_1_SQRT_2;
        let mut noisy = vec![0.0; channels];
        for ((y, x), &confidence) in confidence.indexed_iter() {
            let deviation = scale * (1.0 - confidence);
            for (channel, noisy) in noisy.iter_mut().enumerate() {
                // Also of missing pixels, so that what others get does not depend on them.
                let noise = deviation * (normal(rng) + slow[channel][[y, x]]);
                let encoded = encoding.encode(values[[channel, y, x]]) + noise;
                *noisy = match encoding {
                    Encoding::Direction => encoded,
                    _ => encoding.decode(encoded.clamp(-1.0 + MARGIN, 1.0 - MARGIN)),
                };
            }
            if *encoding == Encoding::Direction {
                let length = noisy.iter().map(|v| v * v).sum::<f32>().sqrt();
                noisy.iter_mut().for_each(|value| *value /= length);
            }
            let was_known = encoding.is_present((0..channels).map(|c| values[[c, y, x]]));
            if deviation > 0.0 && was_known && encoding.is_present(noisy.iter().copied()) {
                for (channel, &noisy) in noisy.iter().enumerate() {
                    values[[channel, y, x]] = noisy;
                }
            }
        }
    }

    /// Replaces classes by others: in regions as a whole, or pixel by pixel.
    fn mistake(
        &self,
        ids: &mut Array2<i32>,
        classes: usize,
        confidence: &Array2<f32>,
        regions: Option<(&Array2<u32>, usize)>,
        rng: &mut impl Rng,
    ) {
        if classes < 2 {
            return;
        }
        // A number for whether, and one for which of the other classes.
        let mut draw = || (rng.random::<f32>(), rng.random_range(1..classes));
        let drawn: Option<Vec<_>> = regions.map(|(_, count)| (0..count).map(|_| draw()).collect());
        for ((y, x), id) in ids.indexed_iter_mut() {
            let (chance, other) = match (&drawn, regions) {
                (Some(drawn), Some((numbers, _))) => drawn[numbers[[y, x]] as usize],
                _ => draw(),
            };
            let known = usize::try_from(*id).ok().filter(|&id| id < classes);
            if let Some(known) = known
                && chance < self.wrong_class as f32 * (1.0 - confidence[[y, x]])
            {
                *id = ((known + other) % classes) as i32;
            }
        }
    }
}

/// A normally distributed number (Box and Muller 1958).
fn normal<R: Rng>(rng: &mut R) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
    radius * (TAU * rng.random::<f32>()).cos()
}

/// A map `[height, width]` that is interpolated between numbers drawn on a coarse grid.
fn smooth<R: Rng>(
    (height, width): (usize, usize),
    rng: &mut R,
    mut draw: impl FnMut(&mut R) -> f32,
) -> Array2<f32> {
    let grid = Array2::from_shape_simple_fn((CELLS + 1, CELLS + 1), || draw(rng));
    let place = |index: usize, side: usize| {
        let place = (index as f32 + 0.5) / side as f32 * CELLS as f32;
        let cell = (place as usize).min(CELLS - 1);
        (cell, place - cell as f32)
    };
    Array2::from_shape_fn((height, width), |(y, x)| {
        let ((top, down), (left, right)) = (place(y, height), place(x, width));
        let row = |row: usize| {
            let (a, b) = (grid[[row, left]], grid[[row, left + 1]]);
            a + (b - a) * right
        };
        let (a, b) = (row(top), row(top + 1));
        a + (b - a) * down
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 48;

    fn schema() -> Vec<Label> {
        vec![
            Label::semantics(["a", "b", "c"]),
            Label::depth(),
            Label::normals(),
            Label::edges(),
            Label::albedo(),
        ]
    }

    fn sample() -> Sample {
        let plane = |channels, value: f32| {
            LabelMap::Values(Array3::from_elem((channels, SIDE, SIDE), value))
        };
        let mut normals = Array3::zeros((3, SIDE, SIDE));
        normals.index_axis_mut(ndarray::Axis(0), 2).fill(1.0);
        let mut depth = Array3::from_elem((1, SIDE, SIDE), 3.0);
        depth[[0, 5, 7]] = f32::NAN;
        Sample {
            name: "frame".into(),
            picture: Array3::zeros((3, SIDE, SIDE)),
            labels: vec![
                LabelMap::Classes(Array2::from_shape_fn((SIDE, SIDE), |(y, _)| {
                    (y > 20).into()
                })),
                LabelMap::Values(depth),
                LabelMap::Values(normals),
                plane(1, 0.5),
                plane(3, 0.2),
            ],
            confidence: Vec::new(),
            instances: None,
            camera: None,
        }
    }

    /// The mean error of each label by tenths of confidence, in encoded values; a wrong class counts as 1.
    fn errors(noise: &ConfidenceNoise) -> Vec<[f64; 10]> {
        let (clean, schema) = (sample(), schema());
        let mut sums = vec![[(0.0, 0.0); 10]; schema.len()];
        for seed in 0..60 {
            let mut noisy = clean.clone();
            noise.apply_by_name(&mut noisy, &schema, seed);
            for (index, label) in schema.iter().enumerate() {
                let Some(confidence) = &noisy.confidence[index] else {
                    continue;
                };
                for ((y, x), &confidence) in confidence.indexed_iter() {
                    let error = match (&clean.labels[index], &noisy.labels[index]) {
                        (LabelMap::Classes(a), LabelMap::Classes(b)) => {
                            f64::from(u8::from(a[[y, x]] != b[[y, x]]))
                        }
                        (LabelMap::Values(a), LabelMap::Values(b)) => {
                            let encoding = label.encoding().unwrap();
                            let encode = |map: &Array3<f32>| encoding.encode(map[[0, y, x]]);
                            f64::from((encode(a) - encode(b)).abs())
                        }
                        _ => unreachable!("noise keeps the kind"),
                    };
                    if error.is_finite() {
                        let sum = &mut sums[index][((10.0 * confidence) as usize).min(9)];
                        *sum = (sum.0 + error, sum.1 + 1.0);
                    }
                }
            }
        }
        let mean = |sums: [(f64, f64); 10]| sums.map(|(error, count)| error / count.max(1.0));
        sums.into_iter().map(mean).collect()
    }

    #[test]
    fn labels_are_noisier_where_they_are_less_certain() {
        let noise = ConfidenceNoise {
            share: 1.0,
            noise: 0.2,
            ..ConfidenceNoise::default()
        };
        for (label, errors) in schema().iter().zip(errors(&noise)) {
            let name = &label.name;
            assert!(errors[9] < 0.15, "{name}: {errors:?}");
            assert!(errors[0] > 2.0 * errors[6], "{name}: {errors:?}");
            assert!(errors[3] > 1.5 * errors[8], "{name}: {errors:?}");
        }
    }

    #[test]
    fn certain_labels_stay_as_they_are() {
        let (clean, schema) = (sample(), schema());
        let text = |sample: &Sample| format!("{:?}", sample.labels);
        for noise in [
            ConfidenceNoise {
                share: 0.0,
                ..ConfidenceNoise::default()
            },
            ConfidenceNoise {
                share: 1.0,
                range: [1.0, 1.0],
                ..ConfidenceNoise::default()
            },
            ConfidenceNoise::of(0.0),
        ] {
            let mut same = clean.clone();
            noise.apply(&mut same, &schema, [1; 32]);
            assert_eq!(text(&same), text(&clean));
            assert_eq!(same.confidence.len(), schema.len());
        }
    }

    #[test]
    fn known_stays_known_and_missing_missing() {
        let schema = schema();
        for seed in 0..20 {
            let mut noisy = sample();
            ConfidenceNoise::of(5.0).apply_by_name(&mut noisy, &schema, seed);
            for (map, label) in noisy.labels.iter().zip(&schema) {
                for y in 0..SIDE {
                    for x in 0..SIDE {
                        let is_hole = label.name == "depth" && (y, x) == (5, 7);
                        assert_eq!(map.is_known(label, (x, y)), !is_hole, "{}", label.name);
                    }
                }
            }
            let LabelMap::Values(normals) = &noisy.labels[2] else {
                panic!("normals are continuous")
            };
            for normal in normals.lanes(ndarray::Axis(0)) {
                let length = normal.iter().map(|v| v * v).sum::<f32>();
                assert!((length - 1.0).abs() < 1e-4, "{length}");
            }
        }
    }

    #[test]
    fn what_is_drawn_follows_from_seed_and_names() {
        let schema = schema();
        let drawn = |name: &str, seed, first: usize| {
            let mut noisy = sample();
            noisy.name = name.into();
            noisy.labels.drain(..first);
            // The regions are the same without the label that they come from.
            noisy.instances = Some(Array2::zeros((SIDE, SIDE)));
            ConfidenceNoise::of(0.5).apply_by_name(&mut noisy, &schema[first..], seed);
            let last = noisy.labels.len() - 1;
            format!("{:?} {:?}", noisy.labels[last], noisy.confidence[last])
        };
        assert_eq!(drawn("a", 1, 0), drawn("a", 1, 0));
        assert_eq!(drawn("a", 1, 0), drawn("a", 1, 3));
        assert!((2..10).any(|seed| drawn("a", seed, 0) != drawn("a", 1, 0)));
        let names = ["b", "c", "d", "e", "f"];
        assert!(
            names
                .iter()
                .any(|name| drawn(name, 1, 0) != drawn("a", 1, 0))
        );
    }

    #[test]
    fn ranges_are_checked() {
        let default = ConfidenceNoise::default();
        assert!(default.validate().is_ok());
        for wrong in [
            ConfidenceNoise {
                share: 1.5,
                ..default.clone()
            },
            ConfidenceNoise {
                range: [0.5, 0.2],
                ..default.clone()
            },
            ConfidenceNoise {
                noise: f64::NAN,
                ..default.clone()
            },
            ConfidenceNoise {
                wrong_class: -0.1,
                ..default
            },
        ] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
    }
}
