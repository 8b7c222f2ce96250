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
    /// The first channel of each, most important first.
    first_channels: Vec<usize>,
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

/// Channels that these hints add to the concept tensor.
pub(super) fn channels(names: &[String]) -> usize {
    match names {
        [] => 0,
        _ => CHANNELS,
    }
}

impl Hints {
    /// The hints with these names, most important first. Where one is missing, the next one counts.
    ///
    /// # Panics
    /// When a label is missing, which [`NetworkConfig::validate`](super::NetworkConfig::validate) rejects.
    pub fn new(names: &[String], labels: &[Label]) -> Self {
        let first_channel = |name: &String| {
            let index = labels.iter().position(|label| label.name == *name);
            encoded_channels(&labels[..index.expect("a hint is a label")])
        };
        Self {
            first_channels: names.iter().map(first_channel).collect(),
        }
    }

    /// Channels that the hints add to the concept tensor.
    pub fn channels(&self) -> usize {
        match self.first_channels[..] {
            [] => 0,
            _ => CHANNELS,
        }
    }

    /// Their indices among the labels.
    pub(crate) fn indices(&self, labels: &[Label]) -> Vec<usize> {
        let starts = |channel: &usize| {
            (0..labels.len()).find(|&index| encoded_channels(&labels[..index]) == *channel)
        };
        self.first_channels.iter().filter_map(starts).collect()
    }

    /// The colours of the hint before a tanh, `[batch, 3, height, width]`, for encoded labels
    /// `[batch, sum of label channels, height, width]`; zero where all hints are missing.
    pub fn colours(&self, labels: Tensor<4>) -> Option<Tensor<4>> {
        let colours = self.first_channels.iter();
        let colours = colours.map(|&first| labels.clone().narrow(1, first, CHANNELS));
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
        let alone = Hints::new(&["albedo".into()], &labels);
        assert_eq!((alone.channels(), alone.indices(&labels)), (3, vec![1]));
        assert_eq!(hints.indices(&labels), [2, 1]);
        assert_eq!(Hints::new(&[], &labels).channels(), 0);
    }
}
