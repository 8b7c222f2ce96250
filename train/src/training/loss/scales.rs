//! Pictures at several scales.

use burn::tensor::Tensor;

use crate::net::layers::average;

/// Number of scales.
const SCALES: usize = 4;

/// The difference of the pictures at full size, then averaged over squares of 2, 4 and 8 pixels; an odd last row or
/// column is left out. Scales whose sides would be shorter than 2 pixels are missing. `real` is detached.
pub(super) fn differences(fake: &Tensor<4>, real: &Tensor<4>) -> Vec<Tensor<4>> {
    let mut scales = vec![fake.clone() - real.clone().detach()];
    while scales.len() < SCALES {
        let last = &scales[scales.len() - 1];
        let [_, _, height, width] = last.dims();
        if height.min(width) < 4 {
            break;
        }
        scales.push(average(last.clone(), 2));
    }
    scales
}
