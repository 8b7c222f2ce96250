//! The order in which training sees frames, also of several datasets with weights. It follows from the seed and the
//! number of the epoch alone, so that a run can be resumed anywhere.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// What random numbers are for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// The order of an epoch.
    Order,
    /// A pass through the frames of a dataset that an epoch sees in part.
    Pass(usize),
}

/// Frames by dataset, with how often an epoch sees them.
#[derive(Clone, Debug)]
pub(super) struct Epochs(Vec<Group>);

#[derive(Clone, Debug)]
struct Group {
    frames: Vec<usize>,
    /// Pictures by epoch.
    pictures: usize,
}

impl Epochs {
    /// From the frames of each dataset and its weight: 2 for seeing each frame twice in an epoch, 0.5 for seeing half
    /// of them in one epoch and the others in the next.
    pub(super) fn new(groups: Vec<(Vec<usize>, f64)>) -> Self {
        let group = |(frames, weight): (Vec<usize>, f64)| Group {
            pictures: ((frames.len() as f64 * weight).round() as usize).max(1),
            frames,
        };
        Self(groups.into_iter().map(group).collect())
    }

    /// Pictures by epoch.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|group| group.pictures).sum()
    }

    /// Frames and pictures by epoch of each dataset.
    pub(super) fn counts(&self) -> Vec<(usize, usize)> {
        let counts = self.0.iter();
        counts
            .map(|group| (group.frames.len(), group.pictures))
            .collect()
    }

    /// The frames of an epoch, in order. `random` gives the generator for a purpose and a number.
    pub(super) fn order(
        &self,
        epoch: u64,
        random: impl Fn(Purpose, u64) -> ChaCha8Rng,
    ) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.len());
        for (number, group) in self.0.iter().enumerate() {
            group.draw(epoch, &mut order, |pass| {
                random(Purpose::Pass(number), pass)
            });
        }
        order.shuffle(&mut random(Purpose::Order, epoch));
        order
    }
}

impl Group {
    /// Appends the frames of an epoch. They go round through all frames again and again, in a new order each time.
    fn draw(&self, epoch: u64, drawn: &mut Vec<usize>, random: impl Fn(u64) -> ChaCha8Rng) {
        let all = self.frames.len();
        if all == 0 {
            return;
        }
        if self.pictures.is_multiple_of(all) {
            // Whole passes, whose order does not matter.
            drawn.extend(self.frames.iter().cycle().take(self.pictures));
            return;
        }
        let (mut place, mut left) = (epoch as u128 * self.pictures as u128, self.pictures);
        while left > 0 {
            let mut pass = self.frames.clone();
            pass.shuffle(&mut random((place / all as u128) as u64));
            let first = (place % all as u128) as usize;
            let taken = left.min(all - first);
            drawn.extend_from_slice(&pass[first..first + taken]);
            place += taken as u128;
            left -= taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn random(purpose: Purpose, number: u64) -> ChaCha8Rng {
        let stream = match purpose {
            Purpose::Order => 0,
            Purpose::Pass(part) => 1 + part as u64,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        rng.set_stream(stream << 56 | number);
        rng
    }

    fn sorted(mut order: Vec<usize>) -> Vec<usize> {
        order.sort_unstable();
        order
    }

    #[test]
    fn without_weights_an_epoch_is_a_shuffle_of_all_frames() {
        let epochs = Epochs::new(vec![((0..5).collect(), 1.0), ((5..8).collect(), 1.0)]);
        let mut expected: Vec<usize> = (0..8).collect();
        expected.shuffle(&mut random(Purpose::Order, 3));
        assert_eq!(epochs.order(3, random), expected);
    }

    #[test]
    fn weights_are_kept_over_epochs_and_no_frame_is_favoured() {
        let epochs = Epochs::new(vec![((0..4).collect(), 2.0), ((4..11).collect(), 0.4)]);
        assert_eq!(epochs.counts(), [(4, 8), (7, 3)]);
        assert_eq!(epochs.len(), 11);
        let mut seen = [0; 11];
        for epoch in 0..7 {
            let order = epochs.order(epoch, random);
            assert_eq!(order, epochs.order(epoch, random));
            order.iter().for_each(|&frame| seen[frame] += 1);
        }
        // Seven epochs of three pictures are three whole passes through seven frames.
        assert_eq!(seen, [14, 14, 14, 14, 3, 3, 3, 3, 3, 3, 3]);
        let first = sorted(epochs.order(0, random));
        assert_ne!(first, sorted(epochs.order(1, random)));
    }
}
