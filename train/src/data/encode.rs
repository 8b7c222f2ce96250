//! Encodes labels as network input, with the same formulas as the exported graph.

use multicond::label::{Label, LabelMap};

/// Sum of the channels of all labels.
pub fn encoded_channels(schema: &[Label]) -> usize {
    schema.iter().map(Label::network_channels).sum()
}

/// Encodes the labels of a sample to `[channels, height, width]` in row-major order: class ids as one-hot channels,
/// values by their encoding, each followed by the label's presence channel, if it has one. Missing pixels are zero in
/// all channels of the label.
pub fn encode(labels: &[LabelMap], schema: &[Label], pixels: usize) -> Vec<f32> {
    let mut encoded = vec![0.0; encoded_channels(schema) * pixels];
    encode_into(labels, schema, pixels, &mut encoded);
    encoded
}

/// Like [`encode`], into a buffer of zeros.
pub(super) fn encode_into(
    labels: &[LabelMap],
    schema: &[Label],
    pixels: usize,
    encoded: &mut [f32],
) {
    let mut rest = encoded;
    for (map, label) in labels.iter().zip(schema) {
        let (channels, tail) = rest.split_at_mut(label.network_channels() * pixels);
        encode_label(map, label, pixels, channels);
        rest = tail;
    }
}

fn encode_label(map: &LabelMap, label: &Label, pixels: usize, channels: &mut [f32]) {
    match (map, label.encoding()) {
        (LabelMap::Classes(ids), None) => {
            let classes = label.class_count();
            for (pixel, &id) in ids.iter().enumerate() {
                let Some(class) = usize::try_from(id).ok().filter(|&id| id < classes) else {
                    continue;
                };
                channels[class * pixels + pixel] = 1.0;
                if label.presence {
                    channels[classes * pixels + pixel] = 1.0;
                }
            }
        }
        (LabelMap::Values(values), Some(encoding)) => {
            let values = values.as_standard_layout();
            let values = values.as_slice().expect("in standard layout");
            let planes: Vec<&[f32]> = values.chunks_exact(pixels).collect();
            let is_present = |pixel: usize| encoding.is_present(planes.iter().map(|p| p[pixel]));
            let present: Vec<bool> = (0..pixels).map(is_present).collect();
            for (plane, out) in planes.iter().zip(channels.chunks_exact_mut(pixels)) {
                for ((out, &value), &present) in out.iter_mut().zip(*plane).zip(&present) {
                    if present {
                        *out = encoding.encode(value);
                    }
                }
            }
            if label.presence {
                let out = &mut channels[planes.len() * pixels..];
                out.iter_mut()
                    .zip(&present)
                    .for_each(|(out, &present)| *out = f32::from(u8::from(present)));
            }
        }
        _ => unreachable!("categorical labels have ids and continuous labels have values"),
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
}
