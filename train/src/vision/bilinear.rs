//! Bilinear scaling as in PyTorch's `interpolate(mode="bilinear", align_corners=False)`, without antialiasing. Frechet
//! distances depend on these details.

use multicond::Size;
use ndarray::{Array3, ArrayView3};

/// Scales planes `[channels, height, width]`.
pub(crate) fn scale_bilinear(picture: ArrayView3<'_, f32>, size: Size) -> Array3<f32> {
    let (channels, height, width) = picture.dim();
    if (width, height) == (size.width, size.height) {
        return picture.to_owned();
    }
    let rows: Vec<Between> = (0..size.height)
        .map(|y| Between::new(y, height, size.height))
        .collect();
    let columns: Vec<Between> = (0..size.width)
        .map(|x| Between::new(x, width, size.width))
        .collect();
    Array3::from_shape_fn((channels, size.height, size.width), |(c, y, x)| {
        let (row, column) = (&rows[y], &columns[x]);
        let along = |y: usize| {
            column.mix(
                picture[[c, y, column.first]],
                picture[[c, y, column.second]],
            )
        };
        row.mix(along(row.first), along(row.second))
    })
}

/// A position between two pixels.
struct Between {
    first: usize,
    second: usize,
    /// Weight of the second pixel.
    share: f32,
}

impl Between {
    fn new(target: usize, old: usize, new: usize) -> Self {
        let scale = old as f32 / new as f32;
        let place = ((target as f32 + 0.5) * scale - 0.5).max(0.0);
        let first = (place as usize).min(old - 1);
        Self {
            first,
            second: (first + 1).min(old - 1),
            share: place - first as f32,
        }
    }

    fn mix(&self, first: f32, second: f32) -> f32 {
        (1.0 - self.share) * first + self.share * second
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, array};

    use super::*;

    fn scaled(row: &[f32], width: usize) -> Vec<f32> {
        let picture = Array3::from_shape_vec((1, 1, row.len()), row.to_vec()).unwrap();
        let size = Size { width, height: 1 };
        scale_bilinear(picture.view(), size).into_iter().collect()
    }

    #[test]
    fn the_numbers_of_pytorch() {
        // torch.nn.functional.interpolate(t, size=(1, n), mode="bilinear")
        assert_eq!(scaled(&[0.0, 1.0], 4), [0.0, 0.25, 0.75, 1.0]);
        // Pixels in between are skipped, not averaged.
        assert_eq!(scaled(&[0.0, 8.0, 0.0, 0.0, 8.0, 0.0], 2), [8.0, 8.0]);
        let picture = array![[[0.0, 1.0], [2.0, 3.0]]];
        let size = Size {
            width: 1,
            height: 1,
        };
        assert_eq!(scale_bilinear(picture.view(), size), array![[[1.5]]]);
    }
}
