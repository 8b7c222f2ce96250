//! The learning-rate schedule: constant, then linear decay.

use serde::{Deserialize, Serialize};

/// Lengths of both phases, in epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Epochs at the full rate.
    pub constant_epochs: u64,
    /// Epochs in which the rate decays towards zero.
    pub decay_epochs: u64,
}

impl Schedule {
    /// Total number of epochs.
    pub fn epochs(&self) -> u64 {
        self.constant_epochs + self.decay_epochs
    }

    /// The factor on the learning rates in an epoch, counted from 0.
    ///
    /// As in the original code, the rate falls at the end of an epoch, so the first epoch of the decay still has the
    /// full rate. The factor depends on the epoch only, so resuming does not change it.
    pub fn factor(&self, epoch: u64) -> f64 {
        let fallen = epoch.saturating_sub(self.constant_epochs);
        if fallen == 0 {
            return 1.0;
        }
        (1.0 - fallen as f64 / self.decay_epochs as f64).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invariant_10_of_the_learning_rate() {
        let schedule = Schedule {
            constant_epochs: 200,
            decay_epochs: 100,
        };
        // The original counts epochs from 1.
        let factor = |epoch: u64| schedule.factor(epoch - 1);
        assert!((1..=201).all(|epoch| factor(epoch) == 1.0));
        assert!((factor(202) - 0.99).abs() < 1e-12);
        assert!((factor(300) - 0.01).abs() < 1e-12);
    }
}
