//! Preprocesses pictures for a network.

use multicond::Size;
use ndarray::{Array4, ArrayView3, Axis, s};

use super::{Input, Resize, description::Order, scale_bilinear};
use crate::data::scale_picture;

impl Input {
    /// The input `[1, 3, height, width]` for a picture `[3, height, width]` in [0, 1].
    pub(crate) fn of(&self, picture: ArrayView3<'_, f32>) -> Array4<f32> {
        let (_, height, width) = picture.dim();
        let size = self.size(Size { width, height });
        let scaled = match self.resize {
            Resize::Smooth => scale_picture(picture, size),
            Resize::Bilinear => scale_bilinear(picture, size),
        };
        let mut input = Array4::zeros((1, 3, size.height, size.width));
        for channel in 0..3 {
            let source = match self.order {
                Order::Rgb => channel,
                Order::Bgr => 2 - channel,
            };
            let (mean, std) = (self.mean[channel], self.std[channel]);
            let mut target = input.slice_mut(s![0, channel, .., ..]);
            target.assign(&scaled.index_axis(Axis(0), source));
            target.mapv_inplace(|value| (value * self.white - mean) / std);
        }
        input
    }
}
