//! How sure a difference between two models is: paired bootstrap intervals. Frames are drawn again and again with
//! replacement, the same ones for both models, and the difference is looked at each time.

use anyhow::Result;
use indicatif::ProgressBar;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::{PictureScores, Quantity, Scores, measures::distance_of};

/// Draws of an interval.
const DRAWS: usize = 1000;
/// Fewer do not make an interval.
const FEWEST_DRAWS: usize = 100;
/// Fewer frames look more alike than they are.
const FEWEST_FRAMES: usize = 8;
/// What a set of Frechet distances may cost, as draws times the third power of the number of pictures.
const FRECHET_COST: usize = 200_000_000_000;

/// The difference of two models in one quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Row of the model that is taken from.
    pub from: usize,
    /// Row of the other one.
    pub to: usize,
    /// What differs.
    pub quantity: Quantity,
    /// The score of `to` less that of `from`.
    pub difference: f64,
    /// Where 95 % of the draws' differences lie.
    pub interval: [f64; 2],
}

impl Difference {
    /// Whether the interval leaves no doubt which is better: `to` (`Some(true)`) or `from`.
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

/// One model's scores, in all and of each frame.
pub(super) struct Entry<'a> {
    pub(super) scores: &'a Scores,
    pub(super) pictures: &'a [PictureScores],
}

/// Draws that are affordable for Frechet distances of so many pictures, none if they are too few for an interval.
pub(super) fn frechet_draws(pictures: usize) -> usize {
    match (FRECHET_COST / pictures.pow(3).max(1)).min(DRAWS) {
        draws if draws < FEWEST_DRAWS => 0,
        draws => draws,
    }
}

/// Intervals of all pairs of models that were scored on the same frames; none of a handful of frames. `real` are the
/// features of the real pictures, empty if there is no Frechet distance.
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

/// Draws of a difference: where the middle 95 % lie, and their mean.
struct Drawn {
    ends: [f64; 2],
    mean: f64,
}

/// An interval around what was found. Draws hold some frames twice, which makes Frechet distances larger, and not
/// by as much for every model.
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
        // Frames differ much more than the models do, which only pairs can tell.
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
