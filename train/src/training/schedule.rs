//! The course of the learning rate, and with it the length of a stage: a linear rise, then the full rate, then a decay
//! towards zero. Each phase has its length in steps, pictures or epochs.

use std::{f64::consts::PI, fmt};

use serde::{Deserialize, Serialize};

/// The lengths of all phases, and the shape of the decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Keys", into = "Keys")]
pub struct Schedule {
    /// The linear rise to the full rate.
    pub rise: Length,
    /// The full rate.
    pub constant: Length,
    /// The decay.
    pub decay: Length,
    /// The shape of the decay.
    pub shape: Shape,
}

/// The length of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Optimisation steps.
    Steps(u64),
    /// Pictures, of which a last step may see some more.
    Pictures(u64),
    /// Passes through the data.
    Epochs(u64),
}

/// The shape of the decay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A straight line.
    #[default]
    Linear,
    /// Half a period of a cosine: slow at first, fast in the middle, slow at the end.
    Cosine,
}

/// What the lengths mean in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Pictures of a step.
    pub batch_size: u64,
    /// Steps of an epoch, at least 1.
    pub steps_per_epoch: u64,
}

impl Default for Length {
    fn default() -> Self {
        Self::Steps(0)
    }
}

impl Length {
    fn steps(self, pace: Pace) -> u64 {
        match self {
            Self::Steps(steps) => steps,
            Self::Pictures(pictures) => pictures.div_ceil(pace.batch_size),
            Self::Epochs(epochs) => epochs.saturating_mul(pace.steps_per_epoch),
        }
    }

    fn is_zero(self) -> bool {
        matches!(self, Self::Steps(0) | Self::Pictures(0) | Self::Epochs(0))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => write!(f, "{steps} steps"),
            Self::Pictures(pictures) => write!(f, "{pictures} pictures"),
            Self::Epochs(epochs) => write!(f, "{epochs} epochs"),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decay = match self.shape {
            Shape::Linear => "with linear decay",
            Shape::Cosine => "with cosine decay",
        };
        let phases = [
            (self.rise, "of rise"),
            (self.constant, "at the full rate"),
            (self.decay, decay),
        ];
        let phases = phases.iter().filter(|(length, _)| !length.is_zero());
        let phases = phases.map(|(length, what)| format!("{length} {what}"));
        f.write_str(&phases.collect::<Vec<_>>().join(", "))
    }
}

impl Schedule {
    /// Whether it has no step at all.
    pub fn is_empty(&self) -> bool {
        [self.rise, self.constant, self.decay]
            .into_iter()
            .all(Length::is_zero)
    }

    /// Total number of steps.
    pub fn steps(&self, pace: Pace) -> u64 {
        [self.rise, self.constant, self.decay]
            .into_iter()
            .fold(0, |sum, length| sum.saturating_add(length.steps(pace)))
    }

    /// The factor on the learning rates in a step, counted from 0. It depends on the step only, so resuming does not
    /// change it.
    ///
    /// As in the original code, a decay in epochs falls at the end of each epoch, so its first epoch still has the
    /// full rate. A decay in steps or pictures falls with every step.
    pub fn factor(&self, step: u64, pace: Pace) -> f64 {
        let rise = self.rise.steps(pace);
        if step < rise {
            return (step + 1) as f64 / rise as f64;
        }
        let Some(fallen) = (step - rise).checked_sub(self.constant.steps(pace)) else {
            return 1.0;
        };
        let (fallen, all) = match self.decay {
            Length::Epochs(epochs) => (fallen / pace.steps_per_epoch, epochs),
            length => (fallen, length.steps(pace)),
        };
        if fallen >= all {
            return if fallen == 0 { 1.0 } else { 0.0 };
        }
        let share = fallen as f64 / all as f64;
        match self.shape {
            Shape::Linear => 1.0 - share,
            Shape::Cosine => (1.0 + (PI * share).cos()) / 2.0,
        }
    }
}

/// The keys of a schedule in a recipe: the unit of a length is part of its key.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(skip_serializing_if = "Option::is_none")]
    rise_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rise_pictures: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rise_epochs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_pictures: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_epochs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decay_steps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decay_pictures: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decay_epochs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Shape>,
}

/// The length that one of the keys of a phase gives.
fn length(phase: &str, given: [Option<u64>; 3]) -> Result<Length, String> {
    match given {
        [None, None, None] => Ok(Length::default()),
        [Some(steps), None, None] => Ok(Length::Steps(steps)),
        [None, Some(pictures), None] => Ok(Length::Pictures(pictures)),
        [None, None, Some(epochs)] => Ok(Length::Epochs(epochs)),
        _ => Err(format!(
            "schedule: give one of {phase}_steps, {phase}_pictures and {phase}_epochs"
        )),
    }
}

impl TryFrom<Keys> for Schedule {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        let rise = [keys.rise_steps, keys.rise_pictures, keys.rise_epochs];
        let constant = [
            keys.constant_steps,
            keys.constant_pictures,
            keys.constant_epochs,
        ];
        let decay = [keys.decay_steps, keys.decay_pictures, keys.decay_epochs];
        let schedule = Self {
            rise: length("rise", rise)?,
            constant: length("constant", constant)?,
            decay: length("decay", decay)?,
            shape: keys.shape.unwrap_or_default(),
        };
        if keys.shape.is_some() && schedule.decay.is_zero() {
            return Err("schedule: shape needs a decay".into());
        }
        Ok(schedule)
    }
}

impl From<Schedule> for Keys {
    fn from(schedule: Schedule) -> Self {
        let mut keys = Self::default();
        let set = |length: Length, [steps, pictures, epochs]: [&mut Option<u64>; 3]| {
            if !length.is_zero() {
                match length {
                    Length::Steps(count) => *steps = Some(count),
                    Length::Pictures(count) => *pictures = Some(count),
                    Length::Epochs(count) => *epochs = Some(count),
                }
            }
        };
        set(
            schedule.rise,
            [
                &mut keys.rise_steps,
                &mut keys.rise_pictures,
                &mut keys.rise_epochs,
            ],
        );
        set(
            schedule.constant,
            [
                &mut keys.constant_steps,
                &mut keys.constant_pictures,
                &mut keys.constant_epochs,
            ],
        );
        set(
            schedule.decay,
            [
                &mut keys.decay_steps,
                &mut keys.decay_pictures,
                &mut keys.decay_epochs,
            ],
        );
        if schedule.shape != Shape::default() && !schedule.decay.is_zero() {
            keys.shape = Some(schedule.shape);
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        batch_size: 4,
        steps_per_epoch: 10,
    };

    fn parse(text: &str) -> Result<Schedule, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn invariant_10_of_the_learning_rate() {
        let schedule = parse("constant_epochs = 200\ndecay_epochs = 100").expect("parses");
        // The original counts epochs from 1. Each has the same factor from its first step to its last.
        let factor = |epoch: u64| {
            let first = schedule.factor(10 * (epoch - 1), PACE);
            assert_eq!(first, schedule.factor(10 * epoch - 1, PACE));
            first
        };
        assert!((1..=201).all(|epoch| factor(epoch) == 1.0));
        assert!((factor(202) - 0.99).abs() < 1e-12);
        assert!((factor(300) - 0.01).abs() < 1e-12);
        assert_eq!(schedule.steps(PACE), 3000);
    }

    #[test]
    fn a_rate_rises_stays_and_falls() {
        let schedule =
            parse("rise_steps = 2\nconstant_pictures = 7\ndecay_steps = 4").expect("parses");
        assert_eq!(schedule.steps(PACE), 2 + 2 + 4);
        let factors: Vec<f64> = (0..9).map(|step| schedule.factor(step, PACE)).collect();
        assert_eq!(factors, [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]);
        let cosine = parse("decay_pictures = 16\nshape = \"cosine\"").expect("parses");
        let half = 0.5_f64.sqrt();
        for (step, expected) in [1.0, (1.0 + half) / 2.0, 0.5, (1.0 - half) / 2.0, 0.0]
            .into_iter()
            .enumerate()
        {
            let factor = cosine.factor(step as u64, PACE);
            assert!((factor - expected).abs() < 1e-12, "{step}: {factor}");
        }
        let constant = parse("constant_steps = 3").expect("parses");
        assert_eq!([0, 2].map(|step| constant.factor(step, PACE)), [1.0, 1.0]);
    }

    #[test]
    fn keys_are_checked_and_come_back() {
        for (text, expected) in [
            ("decay_steps = 1\ndecay_epochs = 1", "one of decay_steps"),
            (
                "constant_steps = 1\nshape = \"cosine\"",
                "shape needs a decay",
            ),
            ("decay_stepps = 1", "unknown field `decay_stepps`"),
            (
                "decay_steps = 1\nshape = \"round\"",
                "unknown variant `round`",
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(expected), "{error}");
        }
        let text = "rise_steps = 2\nconstant_epochs = 7\ndecay_pictures = 4\nshape = \"cosine\"\n";
        let schedule = parse(text).expect("parses");
        assert_eq!(toml::to_string(&schedule).expect("serialises"), text);
        assert_eq!(
            schedule.to_string(),
            "2 steps of rise, 7 epochs at the full rate, 4 pictures with cosine decay"
        );
        assert!(parse("").expect("parses").is_empty());
    }
}
