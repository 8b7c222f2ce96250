//! Converts outputs of any rank to planes of pixels.

use anyhow::{Result, anyhow, ensure};
use image::{ImageBuffer, Luma, imageops::FilterType};
use multicond::Size;
use ndarray::{Array2, Array3, ArrayD, Axis, Ix2, Ix3};

/// The only plane of an output.
pub(crate) fn plane(output: ArrayD<f32>) -> Result<Array2<f32>> {
    let shape = output.shape().to_vec();
    let planes = planes(output)?;
    ensure!(
        planes.len_of(Axis(0)) == 1,
        "the network's output is {shape:?}, expected one value per pixel"
    );
    Ok(planes.index_axis_move(Axis(0), 0))
}

/// The planes of an output `[height, width]`, `[planes, height, width]` or `[1, planes, height, width]`.
pub(super) fn planes(output: ArrayD<f32>) -> Result<Array3<f32>> {
    let shape = output.shape().to_vec();
    let fail = || anyhow!("the network's output is {shape:?}, expected [1, planes, height, width]");
    let output = match shape[..] {
        [_, _] => {
            let plane = output.into_dimensionality::<Ix2>()?;
            plane.insert_axis(Axis(0))
        }
        [_, _, _] => output.into_dimensionality::<Ix3>()?,
        [1, _, _, _] => output
            .index_axis_move(Axis(0), 0)
            .into_dimensionality::<Ix3>()?,
        _ => return Err(fail()),
    };
    ensure!(!output.is_empty(), fail());
    Ok(output)
}

/// The index of the plane with the highest value at each pixel.
pub(super) fn highest(scores: &Array3<f32>) -> Array2<i32> {
    scores.map_axis(Axis(0), |scores| {
        let best = scores
            .iter()
            .enumerate()
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map_or(-1, |(class, _)| class as i32)
    })
}

/// Scales with a smooth filter.
pub(crate) fn scale_plane(plane: Array2<f32>, size: Size) -> Array2<f32> {
    let (rows, columns) = plane.dim();
    if (columns, rows) == (size.width, size.height) {
        return plane;
    }
    let source = ImageBuffer::from_fn(columns as u32, rows as u32, |x, y| {
        Luma([plane[[y as usize, x as usize]]])
    });
    let (width, height) = (size.width as u32, size.height as u32);
    let scaled = image::imageops::resize(&source, width, height, FilterType::Triangle);
    Array2::from_shape_fn((size.height, size.width), |(y, x)| {
        scaled.get_pixel(x as u32, y as u32)[0]
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn outputs_of_any_rank() {
        let numbers = array![[1.0, 2.0], [3.0, 4.0]];
        for output in [
            numbers.clone().into_dyn(),
            numbers.clone().insert_axis(Axis(0)).into_dyn(),
            numbers
                .clone()
                .insert_axis(Axis(0))
                .insert_axis(Axis(0))
                .into_dyn(),
        ] {
            assert_eq!(plane(output).unwrap(), numbers);
        }
        let scores = array![[[0.1, 0.9]], [[0.8, 0.2]]];
        assert!(plane(scores.clone().into_dyn()).is_err());
        assert_eq!(highest(&scores), array![[1, 0]]);
    }
}
