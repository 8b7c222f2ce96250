//! The fixed part of downsampling: a separable tent filter.

use burn::tensor::{Tensor, TensorData, module::conv2d, ops::ConvOptions};

use crate::net::layers::reflect;

/// Taps of the tent filter for factor f: 1, 3, ..., 2 f - 1, 2 f - 1, ..., 3, 1, normalised to sum 1.
pub fn tent(factor: usize) -> Vec<f32> {
    let sum = (2 * factor * factor) as f32;
    let rising = (0..factor).map(|i| (2 * i + 1) as f32 / sum);
    rising.clone().chain(rising.rev()).collect()
}

/// Reflection padding on each side with which the result is exactly `factor` times smaller.
pub fn padding(factor: usize) -> usize {
    factor / 2
}

/// Downsamples both sides by `factor`; factor 1 is the identity.
pub fn downsample(input: Tensor<4>, factor: usize) -> Tensor<4> {
    if factor == 1 {
        return input;
    }
    let [_, channels, _, _] = input.dims();
    let rows = filter(factor, [1, 2 * factor], channels, &input);
    let columns = filter(factor, [2 * factor, 1], channels, &input);
    let padded = reflect(input, padding(factor));
    let narrow = conv2d(
        padded,
        rows,
        None,
        ConvOptions::new([1, factor], [0, 0], [1, 1], channels),
    );
    conv2d(
        narrow,
        columns,
        None,
        ConvOptions::new([factor, 1], [0, 0], [1, 1], channels),
    )
}

fn filter(factor: usize, kernel: [usize; 2], channels: usize, like: &Tensor<4>) -> Tensor<4> {
    let [height, width] = kernel;
    let taps = TensorData::new(tent(factor), [1, 1, height, width]);
    Tensor::<4>::from_data(taps, &like.device())
        .cast(like.dtype())
        .repeat_dim(0, channels)
}
