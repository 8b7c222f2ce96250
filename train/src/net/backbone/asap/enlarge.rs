//! Bilinear upsampling by a whole factor, with pixel centres at half-integers and the border pixels repeated.
//!
//! Each new pixel is a weighted sum of a pixel and one of its neighbours. Written as such, it has a gradient on every
//! backend; `burn`'s own interpolation has none on some.

use burn::tensor::{Tensor, TensorData};

/// Enlarges both sides of `[batch, channels, height, width]` by `factor`.
pub fn enlarge(features: Tensor<4>, factor: usize) -> Tensor<4> {
    let [batch, channels, height, width] = features.dims();
    let rows = along(features, 2, factor, [batch, channels, height, 1, width]);
    let rows = rows.reshape([batch, channels, height * factor, width]);
    let shape = [batch, channels, height * factor, width, 1];
    let both = along(rows, 3, factor, shape);
    both.reshape([batch, channels, height * factor, width * factor])
}

/// Enlarges one side. `shape` is that of the features with a new dimension of size 1 behind the side.
fn along(features: Tensor<4>, side: usize, factor: usize, shape: [usize; 5]) -> Tensor<5> {
    let length = features.dims()[side];
    let part = |start, size| features.clone().narrow(side, start, size);
    let (before, after) = match length {
        1 => (features.clone(), features.clone()),
        _ => (
            Tensor::cat(vec![part(0, 1), part(0, length - 1)], side),
            Tensor::cat(vec![part(1, length - 1), part(length - 1, 1)], side),
        ),
    };
    let mut weights_shape = [1; 5];
    weights_shape[side + 1] = factor;
    let [of_before, of_itself, of_after] = weights(factor).map(|weights| {
        let weights = TensorData::new(weights, weights_shape);
        Tensor::<5>::from_data(weights, &features.device()).cast(features.dtype())
    });
    before.reshape(shape) * of_before
        + features.reshape(shape) * of_itself
        + after.reshape(shape) * of_after
}

/// The weights of the pixel before, the pixel itself and the pixel after, for each of the `factor` new pixels.
fn weights(factor: usize) -> [Vec<f32>; 3] {
    let offset = |new: usize| (new as f32 + 0.5) / factor as f32 - 0.5;
    let before = |new| (-offset(new)).max(0.0);
    let after = |new| offset(new).max(0.0);
    let itself = |new| 1.0 - before(new) - after(new);
    let all = |weight: &dyn Fn(usize) -> f32| (0..factor).map(weight).collect();
    [all(&before), all(&itself), all(&after)]
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use multicond::Size;
    use ndarray::Array3;

    use super::*;
    use crate::vision::scale_bilinear;

    #[test]
    fn the_numbers_of_bilinear_scaling() {
        for (height, width, factor) in [(1, 1, 2), (1, 3, 4), (3, 2, 8), (2, 5, 2)] {
            let values: Vec<f32> = (0..2 * height * width)
                .map(|index| (index as f32 * 1.7).sin())
                .collect();
            let data = TensorData::new(values.clone(), [1, 2, height, width]);
            let enlarged = enlarge(Tensor::from_data(data, &Device::flex()), factor);
            let found: Vec<f32> = enlarged.into_data().iter::<f32>().collect();
            let picture = Array3::from_shape_vec((2, height, width), values).expect("a shape");
            let size = Size::new(width * factor, height * factor);
            let expected = scale_bilinear(picture.view(), size);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
            }
        }
    }
}
