//! Measures what the seconds of a training step go to.
//!
//! Each part ends with a lap, so the parts of a step add up to its time. `flex` computes in the call, and reading the
//! time costs nothing; all steps are measured. Other backends may still compute when a call returns. There only the
//! step before a line of the log is measured, and each lap waits for the device first.

use std::time::Instant;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// Defines the parts, and a struct with the seconds of each.
macro_rules! parts {
    ($($(#[doc = $doc:literal])+ $part:ident => $name:ident,)+) => {
        /// A part of a step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Part {
            $($(#[doc = $doc])+ $part,)+
        }

        /// Seconds per step, by part.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Seconds {
            $($(#[doc = $doc])+ pub $name: f64,)+
        }

        impl Seconds {
            /// The seconds of all parts with their names.
            pub fn parts(&self) -> [(&'static str, f64); [$(stringify!($name)),+].len()] {
                [$((stringify!($name), self.$name)),+]
            }

            /// Adds the seconds of so many steps.
            pub(crate) fn add(&mut self, per_step: &Self, steps: f64) {
                $(self.$name += steps * per_step.$name;)+
            }

            fn of(&mut self, part: Part) -> &mut f64 {
                match part {
                    $(Part::$part => &mut self.$name,)+
                }
            }
        }
    };
}

parts! {
    /// Waiting for the data loader, and copying the batch to the device.
    Data => data,
    /// The merge, forward and backward.
    Merge => merge,
    /// The backbone, forward and backward.
    Backbone => backbone,
    /// Loss terms that compare the pictures themselves.
    Pictures => pictures,
    /// VGG: the perceptual loss, forward and backward.
    Perceptual => perceptual,
    /// The discriminator, in both updates, forward and backward.
    Discriminator => discriminator,
    /// Adam, the average of the weights, spectral norms, and adding up gradients.
    Optimiser => optimiser,
    /// What happens between steps: the log, sample sheets, checkpoints.
    Other => other,
}

impl Seconds {
    /// The sum of all parts.
    pub fn total(&self) -> f64 {
        self.parts().iter().map(|(_, seconds)| seconds).sum()
    }
}

/// A running sum of the seconds of all parts.
#[derive(Debug)]
pub struct Clock {
    mode: Mode,
    since: Instant,
    sum: Seconds,
    steps: u32,
}

#[derive(Debug)]
enum Mode {
    /// Nothing is measured.
    Off,
    /// Everything is measured.
    On,
    /// Single steps of a device that computes after a call returns are measured.
    Sampling { device: Device, is_running: bool },
}

impl Clock {
    /// Measures nothing.
    pub fn off() -> Self {
        Self::with(Mode::Off)
    }

    /// Measures the steps of a device.
    pub(super) fn of(device: &Device) -> Self {
        Self::with(match *device == Device::flex() {
            true => Mode::On,
            false => Mode::Sampling {
                device: device.clone(),
                is_running: false,
            },
        })
    }

    fn with(mode: Mode) -> Self {
        Self {
            mode,
            since: Instant::now(),
            sum: Seconds::default(),
            steps: 0,
        }
    }

    /// Starts a step. `is_logged` says that a line of the log follows it.
    pub(super) fn start_step(&mut self, is_logged: bool) {
        match &mut self.mode {
            Mode::Off => return,
            Mode::On => self.lap(Part::Other),
            Mode::Sampling { device, is_running } => {
                *is_running = is_logged;
                if !is_logged {
                    return;
                }
                wait(device);
                self.since = Instant::now();
            }
        }
        self.steps += 1;
    }

    /// Ends a part: it took the time since the last one ended.
    pub(super) fn lap(&mut self, part: Part) {
        match &self.mode {
            Mode::On => {}
            Mode::Sampling {
                device,
                is_running: true,
            } => wait(device),
            Mode::Off | Mode::Sampling { .. } => return,
        }
        let now = Instant::now();
        *self.sum.of(part) += (now - self.since).as_secs_f64();
        self.since = now;
    }

    /// The seconds per step since the last call.
    pub(super) fn take(&mut self) -> Seconds {
        let mut mean = Seconds::default();
        mean.add(&self.sum, 1.0 / f64::from(self.steps.max(1)));
        (self.sum, self.steps) = (Seconds::default(), 0);
        mean
    }
}

/// Waits until a device has done its work. An error would come back from the next use of its result.
fn wait(device: &Device) {
    let _ = device.sync();
}

#[cfg(test)]
mod tests {
    use std::{thread::sleep, time::Duration};

    use super::*;

    fn pass(clock: &mut Clock, part: Part) {
        sleep(Duration::from_millis(10));
        clock.lap(part);
    }

    #[test]
    fn parts_add_up_to_the_time() {
        let start = Instant::now();
        let mut clock = Clock::of(&Device::flex().autodiff());
        for _ in 0..2 {
            clock.start_step(false);
            pass(&mut clock, Part::Merge);
            pass(&mut clock, Part::Backbone);
            pass(&mut clock, Part::Merge);
        }
        let seconds = clock.take();
        let whole = start.elapsed().as_secs_f64();
        assert!(
            seconds.merge >= 0.02 && seconds.backbone >= 0.01,
            "{seconds:?}"
        );
        assert!(2.0 * seconds.total() <= whole);
        assert_eq!(clock.take(), Seconds::default());
    }

    #[test]
    fn devices_that_compute_later_are_measured_in_logged_steps() {
        let mut clock = Clock::with(Mode::Sampling {
            device: Device::flex(),
            is_running: false,
        });
        for is_logged in [false, false, true] {
            clock.start_step(is_logged);
            pass(&mut clock, Part::Merge);
        }
        assert_eq!(clock.steps, 1);
        let seconds = clock.take();
        assert!(seconds.merge >= 0.01 && seconds.merge == seconds.total());
        let mut off = Clock::off();
        off.start_step(true);
        pass(&mut off, Part::Merge);
        assert_eq!(off.take(), Seconds::default());
    }
}
