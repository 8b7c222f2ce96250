//! Which way the axes of directions point: a file of normals may count from other axes than labels do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::Error as _};

/// The axes of directions in camera space, one for each channel, written like `right,down,away`.
///
/// Labels use [`Axes::OURS`]. Any other three axes are turned into these by exchanging and negating channels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Axes([Axis; 3]);

/// What a positive number in a channel means, seen in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Right,
    Left,
    Up,
    Down,
    Towards,
    Away,
}

/// The axes by name; each pair is one dimension, the direction that labels count as positive first.
const NAMES: [(&str, Axis); 6] = [
    ("right", Axis::Right),
    ("left", Axis::Left),
    ("up", Axis::Up),
    ("down", Axis::Down),
    ("towards", Axis::Towards),
    ("away", Axis::Away),
];

impl Axis {
    fn name(self) -> &'static str {
        NAMES[self as usize].0
    }

    /// The channel of a label that holds this dimension.
    fn channel(self) -> usize {
        self as usize / 2
    }

    fn sign(self) -> f32 {
        [1.0, -1.0][self as usize % 2]
    }
}

impl Axes {
    /// Those of every label: x right, y up, z towards the camera.
    pub const OURS: Self = Self([Axis::Right, Axis::Up, Axis::Towards]);
    /// Those of computer vision, and of Taskonomy's files: x right, y down, z away from the camera.
    pub const IMAGE: Self = Self([Axis::Right, Axis::Down, Axis::Away]);

    /// All 48 of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let axes = NAMES.map(|(_, axis)| axis);
        let first = axes.into_iter();
        first.flat_map(move |a| {
            axes.into_iter()
                .flat_map(move |b| axes.into_iter().filter_map(move |c| Self::of([a, b, c])))
        })
    }

    /// Three axes, if they are of three dimensions.
    fn of(axes: [Axis; 3]) -> Option<Self> {
        let mut dimensions = axes.map(Axis::channel);
        dimensions.sort_unstable();
        (dimensions == [0, 1, 2]).then_some(Self(axes))
    }

    /// Whether they are [`Axes::OURS`].
    pub fn is_ours(&self) -> bool {
        *self == Self::OURS
    }

    /// A direction along these axes, in those of labels.
    pub fn to_ours(self, direction: [f32; 3]) -> [f32; 3] {
        let mut ours = [0.0; 3];
        for (axis, value) in self.0.into_iter().zip(direction) {
            ours[axis.channel()] = axis.sign() * value;
        }
        ours
    }

    /// A label's direction, along these axes.
    pub fn from_ours(self, direction: [f32; 3]) -> [f32; 3] {
        self.0.map(|axis| axis.sign() * direction[axis.channel()])
    }
}

impl Default for Axes {
    fn default() -> Self {
        Self::OURS
    }
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.0.map(Axis::name);
        write!(f, "{x},{y},{z}")
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Axes({self})")
    }
}

impl FromStr for Axes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let axis = |name: &str| NAMES.iter().find(|(known, _)| *known == name);
        let axes: Option<Vec<Axis>> = text
            .split(',')
            .map(|name| axis(name).map(|(_, axis)| *axis))
            .collect();
        axes.and_then(|axes| Self::of(axes.try_into().ok()?))
            .ok_or_else(|| {
                format!(
                    "`{text}` are not axes; expected one of right and left, one of up and down, and one of towards \
                     and away (from the camera), in the order of the channels, for example {} or {}",
                    Self::OURS,
                    Self::IMAGE
                )
            })
    }
}

impl Serialize for Axes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_three_axes_survive_text_and_turning() {
        let all: Vec<Axes> = Axes::all().collect();
        assert_eq!(all.len(), 48);
        for axes in all {
            assert_eq!(axes.to_string().parse(), Ok(axes));
            let direction = [0.1, -0.2, 0.3];
            assert_eq!(axes.to_ours(axes.from_ours(direction)), direction, "{axes}");
        }
        assert_eq!(Axes::default().to_string(), "right,up,towards");
    }

    #[test]
    fn channels_are_exchanged_and_negated() {
        let turned = |axes: &str| axes.parse::<Axes>().unwrap().to_ours([1.0, 2.0, 3.0]);
        assert_eq!(turned("right,up,towards"), [1.0, 2.0, 3.0]);
        assert_eq!(turned("right,down,away"), [1.0, -2.0, -3.0]);
        assert_eq!(turned("right,up,away"), [1.0, 2.0, -3.0]);
        assert_eq!(turned("away,left,up"), [-2.0, 3.0, -1.0]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "right",
            "right,up",
            "right,up,towards,away",
            "right,left,towards",
            "up,down,away",
            "right,up,up",
            "Right,up,towards",
            "right, up, towards",
            "right,up,forward",
            "x,y,z",
        ] {
            let reason = text.parse::<Axes>().unwrap_err();
            assert!(reason.contains("right,down,away"), "{reason}");
        }
    }
}
