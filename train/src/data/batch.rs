//! Batches of encoded samples.

use burn::tensor::{DType, Device, Tensor, TensorData};
use multicond::label::Label;

use super::{Sample, encode::encode_into, encoded_channels};

/// A batch in host memory, ready to be copied to any device.
#[derive(Clone, Debug)]
pub struct HostBatch {
    size: usize,
    width: usize,
    height: usize,
    channels: usize,
    labels: Vec<f32>,
    pictures: Vec<f32>,
}

/// A batch on a device.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Encoded labels `[batch, channels, height, width]`.
    pub labels: Tensor<4>,
    /// Pictures `[batch, 3, height, width]` in [-1, 1].
    pub pictures: Tensor<4>,
}

impl Batch {
    /// Converts the batch to another element type.
    pub fn cast(self, dtype: DType) -> Self {
        Self {
            labels: self.labels.cast(dtype),
            pictures: self.pictures.cast(dtype),
        }
    }
}

impl HostBatch {
    /// Encodes samples, which must all have the same size.
    pub fn new(samples: &[Sample], schema: &[Label]) -> Self {
        let (_, height, width) = samples[0].picture.dim();
        let channels = encoded_channels(schema);
        let pixels = width * height;
        let mut labels = vec![0.0; samples.len() * channels * pixels];
        let mut pictures = Vec::with_capacity(samples.len() * 3 * pixels);
        for (sample, labels) in samples
            .iter()
            .zip(labels.chunks_exact_mut(channels * pixels))
        {
            encode_into(&sample.labels, &sample.confidence, schema, pixels, labels);
            pictures.extend(sample.picture.iter().map(|v| 2.0 * v - 1.0));
        }
        Self {
            size: samples.len(),
            width,
            height,
            channels,
            labels,
            pictures,
        }
    }

    /// Splits the batch into `parts` batches of equal size; `parts` must divide the batch size.
    pub fn split(self, parts: usize) -> Vec<Self> {
        let size = self.size / parts;
        let pixels = self.width * self.height;
        let labels = self.labels.chunks_exact(size * self.channels * pixels);
        let pictures = self.pictures.chunks_exact(size * 3 * pixels);
        labels
            .zip(pictures)
            .map(|(labels, pictures)| Self {
                size,
                labels: labels.to_vec(),
                pictures: pictures.to_vec(),
                ..self
            })
            .collect()
    }

    /// Copies the batch to a device.
    pub fn to_device(self, device: &Device) -> Batch {
        let tensor = |values, channels| {
            let shape = [self.size, channels, self.height, self.width];
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        Batch {
            labels: tensor(self.labels, self.channels),
            pictures: tensor(self.pictures, 3),
        }
    }
}
