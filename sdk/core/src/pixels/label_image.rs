//! A label as a renderer has it: an image, and what its numbers mean.

use super::{Channels, Component, DeviceDepth, Image, NormalCode};
use crate::{
    error::{Error, Result},
    label::Label,
};

/// A label as a renderer has it.
///
/// A stored number `v` becomes `scale * v + bias`, and then what [`meaning`](Self::meaning) makes of it. Channels
/// beyond the label's are left out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LabelImage<'a> {
    /// The pixels.
    pub image: Image<'a>,
    /// Whether unsigned integers stand for 0 to 1, as in textures.
    pub normalized: bool,
    /// Factor to every number, after `normalized`.
    pub scale: f32,
    /// Added after scaling.
    pub bias: f32,
    /// A pixel whose channels all hold this number, as stored, is missing.
    pub missing: Option<f64>,
    /// One byte a pixel, of the same size: 0 where the label is missing.
    pub validity: Option<Image<'a>>,
    /// What the numbers are.
    pub meaning: Meaning<'a>,
}

/// What a label's numbers are, after scale and bias.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Meaning<'a> {
    /// The label's own unit, or class ids.
    #[default]
    Plain,
    /// Colour on the sRGB curve (IEC 61966-2-1), for a label in linear light.
    Srgb,
    /// Indices into a table of class ids, for example an engine's object ids. What is beyond the table, or no
    /// class of the model, is missing.
    Classes(&'a [i32]),
    /// A depth buffer's numbers.
    DeviceDepth(DeviceDepth),
    /// A renderer's normals.
    Normal(NormalCode),
}

impl<'a> LabelImage<'a> {
    /// An image that holds the label's own unit, or class ids.
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

    /// The same image, whose unsigned integers stand for 0 to 1, as in textures.
    #[must_use]
    pub fn with_normalized(self, normalized: bool) -> Self {
        Self { normalized, ..self }
    }

    /// The same image, whose numbers are scaled and then shifted.
    #[must_use]
    pub fn with_scale(self, scale: f32, bias: f32) -> Self {
        Self {
            scale,
            bias,
            ..self
        }
    }

    /// The same image, of which pixels that hold this number in all channels are missing.
    #[must_use]
    pub fn with_missing(self, missing: impl Into<Option<f64>>) -> Self {
        Self {
            missing: missing.into(),
            ..self
        }
    }

    /// The same image with a mask: one byte per pixel, 0 where the label is missing.
    #[must_use]
    pub fn with_validity(self, validity: impl Into<Option<Image<'a>>>) -> Self {
        Self {
            validity: validity.into(),
            ..self
        }
    }

    /// The same image with another meaning of its numbers.
    #[must_use]
    pub fn with_meaning(self, meaning: Meaning<'a>) -> Self {
        Self { meaning, ..self }
    }

    /// Checks that the image can be this label.
    ///
    /// # Errors
    /// When the image has fewer channels than the label, the meaning is for another kind of label, scale and bias
    /// are not finite, or the validity mask is not of the same size and one byte a pixel.
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
