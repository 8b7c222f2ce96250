//! A label in a renderer's format: an image, and what its numbers mean.

use super::{Channels, Component, DeviceDepth, Image, NormalCode};
use crate::{
    error::{Error, Result},
    label::Label,
};

/// A label in a renderer's format.
///
/// A stored number `v` becomes `scale * v + bias`, which is then converted according to [`meaning`](Self::meaning).
/// Class ids are rounded if they are scaled or shifted. Channels beyond the label's are ignored.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LabelImage<'a> {
    /// The pixels.
    pub image: Image<'a>,
    /// Whether integers are divided by their largest value, as in textures. Does not change floats.
    pub normalized: bool,
    /// Factor for every number, applied after `normalized`. Not 0.
    pub scale: f32,
    /// Added after scaling.
    pub bias: f32,
    /// A pixel is missing if all channels that the label uses hold this number, as stored. `None`: no number means
    /// missing, but for those that mean nothing in any image: values that are not finite, half floats at their limit of
    /// 65504, distances of zero or less or of 1e8 or more, and directions of zero length.
    pub missing: Option<f64>,
    /// A mask of the same size with one byte per pixel, 0 where the label is missing.
    pub validity: Option<Image<'a>>,
    /// What the numbers mean.
    pub meaning: Meaning<'a>,
}

/// What the numbers of a label image mean, after scale and bias.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Meaning<'a> {
    /// Values in the label's own unit, or class ids.
    #[default]
    Plain,
    /// Colours with the sRGB curve (IEC 61966-2-1), for a label in linear light.
    Srgb,
    /// Indices into a table of class ids, for example a renderer's object ids. An index outside the table, or an id
    /// that is not a class of the model, is missing.
    Classes(&'a [i32]),
    /// Values of a depth buffer.
    DeviceDepth(DeviceDepth),
    /// Normals in a renderer's convention.
    Normal(NormalCode),
}

impl<'a> LabelImage<'a> {
    /// An image with values in the label's own unit, or class ids.
    pub fn new(image: Image<'a>) -> Self {
        Self {
            image,
            normalized: false,
            scale: 1.0,
            bias: 0.0,
            missing: None,
            validity: None,
            meaning: Meaning::Plain,
        }
    }

    /// Sets whether integers are divided by their largest value, as in textures.
    #[must_use]
    pub fn with_normalized(self, normalized: bool) -> Self {
        Self { normalized, ..self }
    }

    /// Sets scale and bias.
    #[must_use]
    pub fn with_scale(self, scale: f32, bias: f32) -> Self {
        Self {
            scale,
            bias,
            ..self
        }
    }

    /// Sets the number that means missing.
    #[must_use]
    pub fn with_missing(self, missing: impl Into<Option<f64>>) -> Self {
        Self {
            missing: missing.into(),
            ..self
        }
    }

    /// Sets the mask: one byte per pixel, 0 where the label is missing.
    #[must_use]
    pub fn with_validity(self, validity: impl Into<Option<Image<'a>>>) -> Self {
        Self {
            validity: validity.into(),
            ..self
        }
    }

    /// Sets what the numbers mean.
    #[must_use]
    pub fn with_meaning(self, meaning: Meaning<'a>) -> Self {
        Self { meaning, ..self }
    }

    /// Checks that the image fits the label.
    ///
    /// # Errors
    /// When the image has fewer channels than the label, the meaning is for another kind of label, class ids are
    /// normalized, scale or bias is not finite, scale is 0, or the validity mask does not have the same size and one
    /// byte per pixel.
    pub fn check(&self, label: &Label) -> Result<()> {
        let fail = |reason: String| Err(Error::label(&label.name, reason));
        let (has, needs) = (self.image.format().channels.count(), label.channels());
        if has < needs {
            return fail(format!(
                "an image of {}, expected {needs} channels or more",
                self.image.format()
            ));
        }
        if !(self.scale.is_finite() && self.bias.is_finite() && self.scale != 0.0) {
            let (scale, bias) = (self.scale, self.bias);
            return fail(format!(
                "scale {scale} and bias {bias}, expected finite numbers, the scale not 0"
            ));
        }
        if let Some(validity) = &self.validity {
            let format = validity.format();
            if format.component != Component::U8 || format.channels != Channels::R {
                return fail(format!("a validity mask of {format}, expected R of u8"));
            }
            if validity.size() != self.image.size() {
                let ((w, h), (width, height)) = (validity.size(), self.image.size());
                return fail(format!(
                    "a validity mask of {w}x{h} pixels, but the image has {width}x{height}"
                ));
            }
        }
        let is_categorical = label.classes().is_some();
        match &self.meaning {
            Meaning::Plain | Meaning::Classes(_) if is_categorical && self.normalized => {
                fail("normalized numbers, expected class ids".into())
            }
            Meaning::Plain => Ok(()),
            Meaning::Classes(_) if is_categorical => Ok(()),
            Meaning::Srgb if !is_categorical => Ok(()),
            Meaning::DeviceDepth(_) if !is_categorical && needs == 1 => Ok(()),
            Meaning::Normal(code) if !is_categorical && needs == 3 => code
                .validate()
                .map_err(|error| Error::label(&label.name, error)),
            Meaning::Srgb => fail("colours, expected class ids".into()),
            Meaning::Classes(_) => fail("a class table, expected physical values".into()),
            Meaning::DeviceDepth(_) => fail("a depth convention, but it has no depth".into()),
            Meaning::Normal(_) => fail("a normal convention, but it has no normals".into()),
        }
    }
}
