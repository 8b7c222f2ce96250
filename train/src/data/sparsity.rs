//! Sparse labels: random dropping of regions and of whole labels (paper section 4, "Sparsity").

use multicond::label::{Label, LabelMap};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Sample, free_form::strokes, regions};

/// How labels are dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sparsity {
    /// Fraction of the pictures in which regions are dropped.
    pub share: f64,
    /// Range of the probability that a label is dropped in a region, sampled for each such picture. The paper always
    /// uses 0.5: `share = 1`, `rate = [0.5, 0.5]`.
    pub rate: [f64; 2],
    /// Probability that a label is removed from the whole picture, by the label's name.
    pub remove: std::collections::BTreeMap<String, f64>,
    /// Probability that random strokes are masked in a label, sampled for each label.
    pub free_form: f64,
    /// Number of steps in which the probabilities increase linearly from 0 to these values, so that a network first
    /// learns from full labels; 0 disables the ramp.
    pub ramp_steps: u64,
}

impl Default for Sparsity {
    fn default() -> Self {
        Self {
            share: 1.0,
            rate: [0.5, 0.5],
            remove: Default::default(),
            free_form: 0.0,
            ramp_steps: 0,
        }
    }
}

impl Sparsity {
    /// Checks ranges and label names.
    pub fn validate(&self, schema: &[Label]) -> Result<(), String> {
        let [low, high] = self.rate;
        let range = 0.0..=1.0;
        let probabilities = [self.share, low, high, self.free_form];
        if !probabilities.iter().all(|value| range.contains(value)) {
            return Err("sparsity.share, rate and free_form must be between 0 and 1".into());
        }
        if low > high {
            return Err(format!(
                "sparsity.rate [{low}, {high}] must be in ascending order"
            ));
        }
        for (name, probability) in &self.remove {
            if !schema.iter().any(|label| label.name == *name) {
                return Err(format!(
                    "sparsity.remove names `{name}`, which is not a label"
                ));
            }
            if !range.contains(probability) {
                return Err(format!("sparsity.remove.{name} must be between 0 and 1"));
            }
        }
        Ok(())
    }

    /// Sparsity for evaluation: in every picture, regions are dropped at this rate and these labels are removed.
    pub fn at_rate(rate: f64, remove: &[String]) -> Self {
        Self {
            rate: [rate; 2],
            remove: remove.iter().map(|name| (name.clone(), 1.0)).collect(),
            ..Self::default()
        }
    }

    /// Drops regions and labels of a sample in evaluation. What is dropped of a label depends only on the seed, the
    /// sample's name and the label's name, not on other labels.
    pub fn apply_by_name(&self, sample: &mut Sample, schema: &[Label], seed: u64) {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(&sample.name);
        self.apply(sample, schema, u64::MAX, hash.finalize().into());
    }

    /// Drops regions and labels of a sample in a training step.
    pub fn apply(&self, sample: &mut Sample, schema: &[Label], step: u64, seed: [u8; 32]) {
        let strength = match self.ramp_steps {
            0 => 1.0,
            ramp => (step as f64 / ramp as f64).min(1.0),
        };
        let mut rng = ChaCha8Rng::from_seed(seed);
        let loses_regions = rng.random::<f64>() < self.share * strength;
        let [low, high] = self.rate;
        let rate = low + (high - low) * rng.random::<f64>();
        let regions = loses_regions.then(|| sample_regions(sample));
        let (_, height, width) = sample.picture.dim();
        for (map, label) in sample.labels.iter_mut().zip(schema) {
            let mut rng = random_for(seed, label);
            let probability = self.remove.get(&label.name).copied().unwrap_or(0.0);
            let is_removed = rng.random::<f64>() < probability * strength;
            let is_masked = rng.random::<f64>() < self.free_form * strength;
            if is_removed {
                *map = LabelMap::missing(label, width, height);
                continue;
            }
            if is_masked {
                map.erase(label, &strokes(width, height, &mut rng));
            }
            if let Some((numbers, count)) = &regions {
                let dropped: Vec<bool> = (0..*count).map(|_| rng.random::<f64>() < rate).collect();
                map.erase(label, &numbers.mapv(|number| dropped[number as usize]));
            }
        }
    }
}

/// The random number generator for a label of a picture.
pub(super) fn random_for(seed: [u8; 32], label: &Label) -> ChaCha8Rng {
    let hash = Sha256::new().chain_update(seed).chain_update(&label.name);
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// The regions of a sample: the connected components of its objects, else of its first categorical label. A sample
/// without either is a single region.
pub(super) fn sample_regions(sample: &Sample) -> (Array2<u32>, usize) {
    let classes = || {
        sample.labels.iter().find_map(|map| match map {
            LabelMap::Classes(ids) => Some(ids),
            LabelMap::Values(_) => None,
        })
    };
    match sample.instances.as_ref().or_else(classes) {
        Some(areas) => regions(areas),
        None => {
            let (_, height, width) = sample.picture.dim();
            (Array2::zeros((height, width)), 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, array};

    fn sample() -> (Sample, Vec<Label>) {
        let sample = Sample {
            name: "frame".into(),
            picture: Array3::zeros((3, 2, 2)),
            labels: vec![
                LabelMap::Classes(array![[0, 0], [1, 1]]),
                LabelMap::Values(Array3::ones((1, 2, 2))),
            ],
            confidence: Vec::new(),
            instances: None,
            camera: None,
        };
        (sample, vec![Label::semantics(["a", "b"]), Label::depth()])
    }

    #[test]
    fn regions_vanish_whole_and_labels_independently() {
        let (full, schema) = sample();
        let mut kept = [0; 4];
        for seed in 0..200 {
            let mut sample = full.clone();
            Sparsity::default().apply_by_name(&mut sample, &schema, seed);
            let LabelMap::Classes(ids) = &sample.labels[0] else {
                panic!("ids")
            };
            let LabelMap::Values(depth) = &sample.labels[1] else {
                panic!("values")
            };
            for row in 0..2 {
                assert_eq!(ids[[row, 0]], ids[[row, 1]]);
                assert_eq!(depth[[0, row, 0]].is_nan(), depth[[0, row, 1]].is_nan());
            }
            let semantics = usize::from(ids[[0, 0]] == 0);
            let metres = usize::from(!depth[[0, 0, 0]].is_nan());
            kept[2 * semantics + metres] += 1;
        }
        assert!(kept.iter().all(|&n| (25..75).contains(&n)), "{kept:?}");
    }

    #[test]
    fn rates_zero_and_one_are_exact() {
        let (full, schema) = sample();
        let mut sample = full.clone();
        Sparsity::at_rate(0.0, &[]).apply_by_name(&mut sample, &schema, 1);
        assert_eq!(sample, full);
        Sparsity::at_rate(1.0, &[]).apply_by_name(&mut sample, &schema, 1);
        assert_eq!(sample.labels[0], LabelMap::missing(&schema[0], 2, 2));
    }

    #[test]
    fn other_labels_change_nothing() {
        let (full, schema) = sample();
        let instances = Some(array![[1, 2], [3, 4]]);
        for seed in 0..20 {
            let mut both = Sample {
                instances: instances.clone(),
                ..full.clone()
            };
            let mut alone = both.clone();
            alone.labels.remove(0);
            let sparsity = Sparsity {
                free_form: 0.5,
                ..Sparsity::default()
            };
            sparsity.apply_by_name(&mut both, &schema, seed);
            sparsity.apply_by_name(&mut alone, &schema[1..], seed);
            // NaN is not equal to itself, so the text is compared.
            let depth = [&both.labels[1], &alone.labels[0]].map(|map| format!("{map:?}"));
            assert_eq!(depth[0], depth[1], "seed {seed}");
        }
    }

    #[test]
    fn a_ramp_starts_with_full_labels() {
        let (full, schema) = sample();
        let mut sparsity = Sparsity {
            rate: [1.0, 1.0],
            ramp_steps: 10,
            ..Sparsity::default()
        };
        sparsity.remove.insert("depth".into(), 1.0);
        let mut sample = full.clone();
        sparsity.apply(&mut sample, &schema, 0, [1; 32]);
        assert_eq!(sample, full);
        sparsity.apply(&mut sample, &schema, 10, [1; 32]);
        assert_eq!(sample.labels[0], LabelMap::missing(&schema[0], 2, 2));
    }

    #[test]
    fn what_is_dropped_follows_from_seed_and_name() {
        let (full, schema) = sample();
        let sparsity = Sparsity {
            free_form: 1.0,
            ..Sparsity::at_rate(0.5, &[])
        };
        let dropped = |name: &str, seed| {
            let mut sample = full.clone();
            sample.name = name.into();
            sparsity.apply_by_name(&mut sample, &schema, seed);
            // NaN is not equal to itself, so the text is compared.
            format!("{:?}", sample.labels)
        };
        assert_eq!(dropped("a", 1), dropped("a", 1));
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert!(names.iter().any(|name| dropped(name, 1) != dropped("a", 1)));
        assert!((2..10).any(|seed| dropped("a", seed) != dropped("a", 1)));
    }

    #[test]
    fn scoring_removes_whole_labels() {
        let (mut sample, schema) = sample();
        let sparsity = Sparsity::at_rate(0.0, &["depth".into()]);
        let semantics = sample.labels[0].clone();
        sparsity.apply_by_name(&mut sample, &schema, 0);
        assert_eq!(sample.labels[0], semantics);
        let LabelMap::Values(depth) = &sample.labels[1] else {
            panic!("values")
        };
        assert!(depth.iter().all(|metres| metres.is_nan()));
    }

    #[test]
    fn remove_takes_known_labels_only() {
        let (_, schema) = sample();
        let mut sparsity = Sparsity::default();
        sparsity.remove.insert("albedo".into(), 0.5);
        assert!(sparsity.validate(&schema).is_err());
        sparsity.remove.clear();
        sparsity.remove.insert("depth".into(), 1.0);
        assert!(sparsity.validate(&schema).is_ok());
    }
}
