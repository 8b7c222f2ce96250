//! Confidence intervals of the differences between two models, by paired bootstrap: frames are resampled with
//! replacement, the same frames for both models, and the difference is computed for each resample.

use anyhow::Result;
use indicatif::ProgressBar;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::{PictureScores, Quantity, Scores, measures::distance_of};

/// Number of resamples for an interval.
const DRAWS: usize = 1000;
/// Minimum number of resamples for an interval.
const FEWEST_DRAWS: usize = 100;
/// Minimum number of frames; with fewer, intervals are too narrow.
const FEWEST_FRAMES: usize = 8;
/// Limit on the cost of resampled Frechet distances: resamples times the cube of the number of pictures.
const FRECHET_COST: usize = 200_000_000_000;

/// The difference between two models in one quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Row of the first model.
    pub from: usize,
    /// Row of the second model.
    pub to: usize,
    /// The quantity.
    pub quantity: Quantity,
    /// The score of `to` minus the score of `from`.
    pub difference: f64,
    /// The 95 % confidence interval.
    pub interval: [f64; 2],
}

impl Difference {
    /// Whether `to` is significantly better (`Some(true)`) or worse (`Some(false)`) than `from`.
    pub fn better(&self) -> Option<bool> {
        let [low, high] = self.interval;
        let is_more = match () {
            () if low > 0.0 => true,
            () if high < 0.0 => false,
            () => return None,
        };
        Some(is_more == self.quantity.higher_is_better())
    }
}

/// The scores of a model, overall and per frame.
pub(super) struct Entry<'a> {
    pub(super) scores: &'a Scores,
    pub(super) pictures: &'a [PictureScores],
}

/// Number of resamples within the cost limit for Frechet distances of so many pictures; 0 if they are too few.
pub(super) fn frechet_draws(pictures: usize) -> usize {
    match (FRECHET_COST / pictures.pow(3).max(1)).min(DRAWS) {
        draws if draws < FEWEST_DRAWS => 0,
        draws => draws,
    }
}

/// Differences of all pairs of models that were scored on the same frames, or nothing if there are too few frames.
/// `real` has the features of the ground truth; it is empty without a Frechet distance.
pub(super) fn differences(
    entries: &[Entry<'_>],
    real: &[Vec<f32>],
    seed: u64,
    bar: &ProgressBar,
) -> Result<Vec<Difference>> {
    let frames = entries.first().map_or(0, |entry| entry.pictures.len());
    if frames < FEWEST_FRAMES {
        return Ok(Vec::new());
    }
    let frechet_draws = if real.is_empty() {
        0
    } else {
        frechet_draws(frames)
    };
    bar.set_position(0);
    bar.set_length(DRAWS as u64);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draws: Vec<Vec<Scores>> = Vec::with_capacity(DRAWS);
    for draw in 0..DRAWS {
        let chosen: Vec<usize> = (0..frames).map(|_| rng.random_range(0..frames)).collect();
        let mut scores = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut scored = Scores::of(chosen.iter().map(|&index| &entry.pictures[index]));
            if draw < frechet_draws {
                let distance = frechet(entry, real, &chosen)?;
                scored.0.insert(Quantity::FrechetDistance, distance);
            }
            scores.push(scored);
        }
        draws.push(scores);
        bar.inc(1);
    }
    let mut found = Vec::new();
    for from in 0..entries.len() {
        for to in from + 1..entries.len() {
            for (&quantity, before) in &entries[from].scores.0 {
                let Some(after) = entries[to].scores.0.get(&quantity) else {
                    continue;
                };
                let of = |draw: &Vec<Scores>| {
                    Some(draw[to].0.get(&quantity)? - draw[from].0.get(&quantity)?)
                };
                let difference = after - before;
                let Some(interval) = interval(draws.iter().filter_map(of).collect()) else {
                    continue;
                };
                found.push(Difference {
                    from,
                    to,
                    quantity,
                    difference,
                    interval: match quantity {
                        Quantity::FrechetDistance => unbiased(&interval, difference),
                        _ => interval.ends,
                    },
                });
            }
        }
    }
    Ok(found)
}

fn frechet(entry: &Entry<'_>, real: &[Vec<f32>], chosen: &[usize]) -> Result<f64> {
    let features = |index: &usize| entry.pictures[*index].features.as_deref();
    let generated: Option<Vec<&[f32]>> = chosen.iter().map(features).collect();
    let real: Vec<&[f32]> = chosen.iter().map(|&index| real[index].as_slice()).collect();
    distance_of(&real, &generated.expect("features are kept for intervals"))
}

/// The middle 95 % of the resampled differences, and their mean.
struct Drawn {
    ends: [f64; 2],
    mean: f64,
}

/// The interval, corrected for the bias of the bootstrap: resamples have repeated frames, which increases Frechet
/// distances by an amount that differs between models.
fn unbiased(drawn: &Drawn, found: f64) -> [f64; 2] {
    drawn.ends.map(|end| end - drawn.mean + found)
}

fn interval(mut values: Vec<f64>) -> Option<Drawn> {
    if values.len() < FEWEST_DRAWS || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
    Some(Drawn {
        ends: [at(0.025), at(0.975)],
        mean: values.iter().sum::<f64>() / values.len() as f64,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn pictures(values: impl Iterator<Item = f64>) -> Vec<PictureScores> {
        let picture = |(number, value): (usize, f64)| PictureScores {
            values: BTreeMap::from([(Quantity::Psnr, value)]),
            classes: None,
            grids: BTreeMap::new(),
            flicker: None,
            features: Some(vec![value as f32, (number % 3) as f32]),
        };
        values.enumerate().map(picture).collect()
    }

    fn found(a: &[PictureScores], b: &[PictureScores], real: &[Vec<f32>]) -> Vec<Difference> {
        let mut scores = [Scores::of(a.iter()), Scores::of(b.iter())];
        if !real.is_empty() {
            for (scores, distance) in scores.iter_mut().zip([0.0, 81.0]) {
                scores.0.insert(Quantity::FrechetDistance, distance);
            }
        }
        let entries = [
            Entry {
                scores: &scores[0],
                pictures: a,
            },
            Entry {
                scores: &scores[1],
                pictures: b,
            },
        ];
        differences(&entries, real, 1, &ProgressBar::hidden()).unwrap()
    }

    #[test]
    fn what_is_better_on_every_frame_is_better_for_sure() {
        // Frames differ much more than the models do, so only a paired test can detect the difference.
        let hard = |n: usize| 10.0 + ((n * 7) % 13) as f64;
        let a = pictures((0..40).map(hard));
        let b = pictures((0..40).map(|n| hard(n) + 0.1 + 0.01 * (n % 2) as f64));
        let [psnr] = &found(&a, &b, &[])[..] else {
            panic!("one pair, one quantity")
        };
        assert!((psnr.difference - 0.105).abs() < 1e-9);
        let [low, high] = psnr.interval;
        assert!((0.1..0.105).contains(&low) && (0.105..=0.11).contains(&high));
        assert_eq!(psnr.better(), Some(true));
        let c = pictures((0..40).map(|n| hard(n) + if n % 2 == 0 { 1.0 } else { -1.0 }));
        assert_eq!(found(&a, &c, &[])[0].better(), None);
    }

    #[test]
    fn distances_get_intervals_where_they_are_affordable() {
        let a = pictures((0..20).map(|n| n as f64));
        let b = pictures((0..20).map(|n| n as f64 + 9.0));
        let real: Vec<Vec<f32>> = (0..20).map(|n| vec![n as f32, (n % 3) as f32]).collect();
        let frechet = &found(&a, &b, &real)[1];
        assert_eq!(frechet.quantity, Quantity::FrechetDistance);
        let [low, high] = frechet.interval;
        assert!((low - 81.0).abs() < 1e-6 && (high - 81.0).abs() < 1e-6);
        assert_eq!([100, 1000, 5000].map(frechet_draws), [1000, 200, 0]);
        assert!(found(&a[..4], &b[..4], &[]).is_empty());
    }
}
