//! Hints: labels whose colours go straight to the picture.
//!
//! The generator adds the hint to the colours of the backbone before the last tanh, so that a network that outputs zero
//! paints the label's own colours. Without it, a short training has to learn from nothing that a red table is red. The
//! hint crosses from the merge to the backbone as the last three channels of the concept tensor.

use burn::tensor::Tensor;
use multicond::label::{Encoding, Label};

use super::NetworkConfigError;
use crate::data::encoded_channels;

/// Encoded colours are clamped to plus and minus this before the inverse of tanh.
pub const LIMIT: f32 = 0.95;

/// Channels of a hint: red, green and blue.
const CHANNELS: usize = 3;

/// Where the colours of the hints are among the encoded labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints {
    /// Most important first.
    hints: Vec<Hint>,
}

/// One hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hint {
    /// Its index among the labels.
    label: usize,
    /// The first of its channels.
    channel: usize,
}

/// Whether a label can be a hint: three channels whose encoding is a colour from -1 to 1.
pub fn is_colour(label: &Label) -> bool {
    let encoding = label.encoding();
    let in_range = matches!(
        encoding,
        Some(Encoding::Power { .. } | Encoding::Affine { .. })
    );
    in_range && label.channels() == CHANNELS
}

/// Checks that the hints are different colour labels.
pub(super) fn validate(names: &[String], labels: &[Label]) -> Result<(), NetworkConfigError> {
    for (index, name) in names.iter().enumerate() {
        let fail = |reason: String| Err(NetworkConfigError::new("hints", reason));
        match labels.iter().find(|label| label.name == *name) {
            None => return fail(format!("there is no label `{name}`")),
            Some(label) if !is_colour(label) => {
                return fail(format!("`{name}` is not a colour with three channels"));
            }
            Some(_) if names[..index].contains(name) => {
                return fail(format!("`{name}` is listed twice"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Channels that so many hints add to the concept tensor.
pub(super) fn channels(hints: usize) -> usize {
    match hints {
        0 => 0,
        _ => CHANNELS,
    }
}

impl Hints {
    /// The hints with these names, most important first. Where one is missing, the next one counts.
    ///
    /// # Panics
    /// When a label is missing, which [`NetworkConfig::validate`](super::NetworkConfig::validate) rejects.
    pub fn new(names: &[String], labels: &[Label]) -> Self {
        let hint = |name: &String| {
            let label = labels.iter().position(|label| label.name == *name);
            let label = label.expect("a hint is a label");
            Hint {
                label,
                channel: encoded_channels(&labels[..label]),
            }
        };
        Self {
            hints: names.iter().map(hint).collect(),
        }
    }

    /// Channels that the hints add to the concept tensor.
    pub fn channels(&self) -> usize {
        channels(self.hints.len())
    }

    /// Their indices among the labels.
    pub(crate) fn labels(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.hints.iter().map(|hint| hint.label)
    }

    /// The colours of the hint before a tanh, `[batch, 3, height, width]`, for encoded labels
    /// `[batch, sum of label channels, height, width]`; zero where all hints are missing.
    pub fn colours(&self, labels: Tensor<4>) -> Option<Tensor<4>> {
        let colours = self.hints.iter();
        let colours = colours.map(|hint| labels.clone().narrow(1, hint.channel, CHANNELS));
        let chosen = colours.rev().reduce(|other, colour| {
            // A missing pixel is zero in all channels.
            let is_missing = colour.clone().abs().sum_dim(1).equal_elem(0.0);
            colour
                .clone()
                .mask_where(is_missing.expand(colour.dims()), other)
        })?;
        let clamped = chosen.clamp(-LIMIT, LIMIT);
        Some(((clamped.clone() + 1.0) / (clamped.neg() + 1.0)).log() * 0.5)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn hints_are_colours_before_a_tanh() {
        let labels = [
            Label::depth(),
            Label::albedo(),
            Label::albedo().with_name("render"),
        ];
        let hints = Hints::new(&["render".into(), "albedo".into()], &labels);
        // Two channels of depth, then three colours and presence of each, for three pixels.
        let albedo = [[0.5, -0.5, 0.0, 1.0], [1.0, -1.0, 0.1, 1.0], [0.0; 4]];
        let render = [[0.0; 4], [0.2, 0.2, 0.2, 1.0], [0.0; 4]];
        let pixels = albedo.iter().zip(render).flat_map(|(albedo, render)| {
            let mut pixel = vec![0.3, 1.0];
            pixel.extend(albedo);
            pixel.extend(render);
            pixel
        });
        let data = TensorData::new(pixels.collect::<Vec<f32>>(), [1, 1, 3, 10]);
        let input = Tensor::<4>::from_data(data, &Device::flex()).permute([0, 3, 1, 2]);
        let colours = hints.colours(input).expect("hints").tanh();
        let found: Vec<f32> = colours.into_data().iter::<f32>().collect();
        // Per channel; the second pixel has both, the last none.
        let expected = [0.5, 0.2, 0.0, -0.5, 0.2, 0.0, 0.0, 0.2, 0.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        }
        let indices = |hints: &Hints| hints.labels().collect::<Vec<_>>();
        let alone = Hints::new(&["albedo".into()], &labels);
        assert_eq!((alone.channels(), indices(&alone)), (3, vec![1]));
        assert_eq!(indices(&hints), [2, 1]);
        assert_eq!(Hints::new(&[], &labels).channels(), 0);
    }
}
