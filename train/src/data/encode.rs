//! Encodes labels as network input, with the same formulas as the exported graph.

use multicond::label::{Label, LabelMap};
use multicond_format::label::{CERTAIN, confidence};
use ndarray::Array2;

/// Sum of the channels of all labels.
pub fn encoded_channels(schema: &[Label]) -> usize {
    schema.iter().map(Label::network_channels).sum()
}

/// Encodes the labels of a sample to `[channels, height, width]` in row-major order: class ids as one-hot channels,
/// values by their encoding, each followed by the label's presence channel, if it has one. Missing pixels are zero in
/// all channels of the label.
pub fn encode(labels: &[LabelMap], schema: &[Label], pixels: usize) -> Vec<f32> {
    encode_with(labels, &[], schema, pixels)
}

/// [`encode`], times the confidence of each label as in [`Sample::confidence`](super::Sample::confidence). A presence
/// channel is the confidence where the label is known.
pub fn encode_with(
    labels: &[LabelMap],
    confidence: &[Option<Array2<f32>>],
    schema: &[Label],
    pixels: usize,
) -> Vec<f32> {
    let mut encoded = vec![0.0; encoded_channels(schema) * pixels];
    encode_into(labels, confidence, schema, pixels, &mut encoded);
    encoded
}

/// Like [`encode_with`], into a buffer of zeros.
pub(super) fn encode_into(
    labels: &[LabelMap],
    confidences: &[Option<Array2<f32>>],
    schema: &[Label],
    pixels: usize,
    encoded: &mut [f32],
) {
    let mut rest = encoded;
    for (index, (map, label)) in labels.iter().zip(schema).enumerate() {
        let (channels, tail) = rest.split_at_mut(label.network_channels() * pixels);
        let confidences = confidences.get(index).and_then(Option::as_ref);
        let confidences = confidences.map(|numbers| numbers.iter().copied().map(confidence));
        let confidences = confidences.map(Iterator::collect);
        encode_label(map, confidences, label, pixels, channels);
        rest = tail;
    }
}

fn encode_label(
    map: &LabelMap,
    confidences: Option<Vec<f32>>,
    label: &Label,
    pixels: usize,
    channels: &mut [f32],
) {
    // The confidence of each pixel where the label is known, else 0.
    let mut known = confidences.unwrap_or_else(|| vec![CERTAIN; pixels]);
    let presence = label.network_channels() - usize::from(label.presence);
    match (map, label.encoding()) {
        (LabelMap::Classes(ids), None) => {
            let classes = label.class_count();
            for ((pixel, known), &id) in known.iter_mut().enumerate().zip(ids) {
                match usize::try_from(id).ok().filter(|&id| id < classes) {
                    Some(class) => channels[class * pixels + pixel] = *known,
                    None => *known = 0.0,
                }
            }
        }
        (LabelMap::Values(values), Some(encoding)) => {
            let values = values.as_standard_layout();
            let values = values.as_slice().expect("in standard layout");
            let planes: Vec<&[f32]> = values.chunks_exact(pixels).collect();
            for (pixel, known) in known.iter_mut().enumerate() {
                if !encoding.is_present(planes.iter().map(|plane| plane[pixel])) {
                    *known = 0.0;
                }
            }
            for (plane, out) in planes.iter().zip(channels.chunks_exact_mut(pixels)) {
                for ((out, &value), &known) in out.iter_mut().zip(*plane).zip(&known) {
                    // Not -0 where a negative value has no confidence: that is the same as a missing value.
                    if known > 0.0 {
                        *out = encoding.encode(value) * known;
                    }
                }
            }
        }
        _ => unreachable!("categorical labels have ids and continuous labels have values"),
    }
    if label.presence {
        channels[presence * pixels..].copy_from_slice(&known);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, array};

    use super::*;

    #[test]
    fn missing_is_zero_and_presence_says_so() {
        let schema = [Label::semantics(["a", "b"]), Label::edges()];
        let mut edges = Array3::zeros((1, 1, 3));
        edges[[0, 0, 1]] = 0.5;
        edges[[0, 0, 2]] = f32::NAN;
        let labels = [
            LabelMap::Classes(array![[1, 255, 0]]),
            LabelMap::Values(edges),
        ];
        #[rustfmt::skip]
        let expected = [
            0.0, 0.0, 1.0, // class a
            1.0, 0.0, 0.0, // class b
            1.0, 0.0, 1.0, // semantics present
            -1.0, 0.0, 0.0, // edges: none, half, missing
            1.0, 1.0, 0.0, // edges present
        ];
        assert_eq!(encode(&labels, &schema, 3), expected);
    }

    /// In every bit: values that are negative once encoded, too.
    #[test]
    fn no_confidence_is_missing_and_full_confidence_is_none() {
        let depth = Label::depth().with_presence(false);
        let schema = [Label::semantics(["a", "b"]), Label::edges(), depth];
        let labels = [
            LabelMap::Classes(array![[0, 1, 255]]),
            LabelMap::Values(array![[[0.25, 0.75, f32::NAN]]]),
            LabelMap::Values(array![[[0.5, 9.0, f32::NAN]]]),
        ];
        let bits = |confidence: &[Option<Array2<f32>>]| -> Vec<u32> {
            let encoded = encode_with(&labels, confidence, &schema, 3);
            encoded.iter().map(|value| value.to_bits()).collect()
        };
        let all = |number: f32| bits(&vec![Some(Array2::from_elem((1, 3), number)); 3]);
        assert_eq!(all(1.0), bits(&[]));
        assert_eq!(all(7.0), bits(&[None, None, None]));
        for nothing in [0.0, -0.0, -1.0, f32::NAN, f32::NEG_INFINITY] {
            assert_eq!(all(nothing), vec![0; all(0.5).len()]);
        }
    }

    #[test]
    fn confidence_multiplies_value_and_presence() {
        let schema = [Label::semantics(["a", "b"]), Label::edges()];
        let labels = [
            LabelMap::Classes(array![[1, 0]]),
            LabelMap::Values(array![[[0.0, 0.75]]]),
        ];
        let confidence = [Some(array![[0.5, 0.25]]), Some(array![[0.75, 0.5]])];
        #[rustfmt::skip]
        let expected = [
            0.0, 0.25, // class a
            0.5, 0.0, // class b
            0.5, 0.25, // semantics present
            -0.75, 0.25, // edges
            0.75, 0.5, // edges present
        ];
        assert_eq!(encode_with(&labels, &confidence, &schema, 2), expected);
    }
}
