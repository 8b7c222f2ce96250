//! A generated picture.

use ndarray::{Array3, ArrayView3, ArrayViewMut3};

use crate::error::{Error, Result};

/// An RGB picture: sRGB values `[3, height, width]` from 0 to 1, row 0 at the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    values: Array3<f32>,
}

impl Picture {
    /// A black picture of this size.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            values: Array3::zeros((3, height, width)),
        }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        let (_, height, width) = self.values.dim();
        (width, height)
    }

    /// The values `[3, height, width]`.
    pub fn values(&self) -> ArrayView3<'_, f32> {
        self.values.view()
    }

    /// The values `[3, height, width]`, mutable.
    pub fn values_mut(&mut self) -> ArrayViewMut3<'_, f32> {
        self.values.view_mut()
    }

    /// 8-bit RGB, interleaved, row by row. Values are clipped to 0 to 1 and rounded, halves away from zero; NaN
    /// becomes 0.
    pub fn to_rgb8(&self) -> Vec<u8> {
        let (width, height) = self.size();
        let mut bytes = vec![0; 3 * width * height];
        for (plane, values) in self.values.outer_iter().enumerate() {
            let bytes = bytes[plane..].iter_mut().step_by(3);
            for (byte, value) in bytes.zip(values) {
                // `as` clips to 0..=255 and turns NaN into 0.
                *byte = (value * 255.0).round() as u8;
            }
        }
        bytes
    }

    /// Changes the size, and reuses the memory if it is large enough. The values are unspecified afterwards.
    ///
    /// # Panics
    /// When there is not enough memory.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.try_resize(width, height).expect("enough memory");
    }

    /// [`resize`](Self::resize) that fails if there is not enough memory. The picture is then unchanged.
    ///
    /// # Errors
    /// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
    pub fn try_resize(&mut self, width: usize, height: usize) -> Result<()> {
        if self.size() == (width, height) {
            return Ok(());
        }
        let count = width.saturating_mul(height).saturating_mul(3);
        let mut size = (width, height);
        let before = self.size();
        let (mut values, _) = std::mem::take(&mut self.values).into_raw_vec_and_offset();
        let room = values.try_reserve_exact(count.saturating_sub(values.len()));
        if room.is_err() {
            size = before;
        }
        let (width, height) = size;
        values.resize(3 * width * height, 0.0);
        self.values =
            Array3::from_shape_vec((3, height, width), values).expect("three values per pixel");
        room.map_err(|_| Error::out_of_memory("the picture", (count as u64).saturating_mul(4)))
    }

    /// All values as one slice: the red plane, then green, then blue.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        self.values
            .as_slice_mut()
            .expect("the array is always in standard layout")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_does_not_fit_leaves_it_as_it_is() {
        let mut picture = Picture::new(2, 1);
        picture.as_mut_slice()[5] = 0.5;
        let error = picture.try_resize(1 << 30, 1 << 30).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Memory);
        assert_eq!((picture.size(), picture.as_mut_slice()[5]), ((2, 1), 0.5));
        picture.try_resize(3, 4).unwrap();
        assert_eq!(picture.size(), (3, 4));
    }

    #[test]
    fn bytes_are_rounded_and_clipped() {
        let mut picture = Picture::new(2, 1);
        let values = [0.5, 2.0, -1.0, f32::NAN, 1.0 / 255.0, 0.1];
        picture
            .values_mut()
            .iter_mut()
            .zip(values)
            .for_each(|(p, v)| *p = v);
        assert_eq!(picture.to_rgb8(), [128, 0, 1, 255, 0, 26]);
    }

    #[test]
    fn resizing_keeps_three_planes() {
        let mut picture = Picture::new(2, 2);
        picture.resize(4, 3);
        assert_eq!(picture.size(), (4, 3));
        assert_eq!(picture.as_mut_slice().len(), 36);
    }
}
