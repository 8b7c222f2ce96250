//! The labels of one picture.

use std::{collections::BTreeMap, fmt::Arguments};

use ndarray::Array2;

use crate::{
    error::{Error, Result},
    label::LabelMap,
    pixels::{ConfidenceImage, LabelImage},
};

/// The labels of one picture. A label that is not set is missing everywhere. Names and kinds are checked against the
/// model when a picture is generated.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    width: usize,
    height: usize,
    labels: BTreeMap<String, Source<'a>>,
    confidences: BTreeMap<String, Confidence<'a>>,
}

/// Where a label's values are.
#[derive(Clone, Debug)]
pub(super) enum Source<'a> {
    Map(LabelMap),
    Image(LabelImage<'a>),
}

/// Where a label's confidences are.
#[derive(Clone, Debug)]
pub(super) enum Confidence<'a> {
    Map(Array2<f32>),
    Image(ConfidenceImage<'a>),
}

impl<'a> Frame<'a> {
    /// A frame without labels, for a picture of `width` x `height` pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            labels: BTreeMap::new(),
            confidences: BTreeMap::new(),
        }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Sets a label, replacing an earlier one of that name.
    ///
    /// # Errors
    /// When the map does not have the frame's size; the frame is then unchanged.
    pub fn set(&mut self, name: impl AsRef<str>, map: LabelMap) -> Result<()> {
        let name = name.as_ref();
        self.check_size(format_args!("label `{name}`"), map.size())?;
        put(&mut self.labels, name, Source::Map(map));
        Ok(())
    }

    /// Sets a label to an image in the caller's memory, which is read when a picture is generated. Replacing a label does
    /// not allocate.
    ///
    /// # Errors
    /// When the image does not have the frame's size; the frame is then unchanged.
    pub fn set_image(&mut self, name: impl AsRef<str>, image: LabelImage<'a>) -> Result<()> {
        let name = name.as_ref();
        self.check_size(format_args!("label `{name}`"), image.image.size())?;
        put(&mut self.labels, name, Source::Image(image));
        Ok(())
    }

    /// Removes a label and its confidence. Returns whether the label was set.
    pub fn unset(&mut self, name: &str) -> bool {
        self.confidences.remove(name);
        self.labels.remove(name).is_some()
    }

    /// Sets how far each pixel of a label can be relied on, `[height, width]` from 0 (as if it were missing) to 1 (as
    /// without a confidence, the default), replacing an earlier confidence of that label. NaN and what is below 0 count
    /// as 0, what is above 1 as 1. It stays when the label is replaced.
    ///
    /// Only models that were trained so take confidences, see [`Manifest::confidence`](crate::model::Manifest). The first
    /// frame with one takes longer, unless [`Options::confidence`](crate::Options::confidence) is set.
    ///
    /// # Errors
    /// When the map does not have the frame's size; the frame is then unchanged.
    pub fn set_confidence(&mut self, name: impl AsRef<str>, map: Array2<f32>) -> Result<()> {
        let name = name.as_ref();
        let size = (map.ncols(), map.nrows());
        self.check_size(format_args!("the confidence of label `{name}`"), size)?;
        put(&mut self.confidences, name, Confidence::Map(map));
        Ok(())
    }

    /// Sets how far each pixel of a label can be relied on, see [`set_confidence`](Self::set_confidence), to an image in
    /// the caller's memory, which is read when a picture is generated. Replacing one does not allocate.
    ///
    /// # Errors
    /// When the image does not have the frame's size; the frame is then unchanged.
    pub fn set_confidence_image(
        &mut self,
        name: impl AsRef<str>,
        image: ConfidenceImage<'a>,
    ) -> Result<()> {
        let name = name.as_ref();
        let size = image.image.size();
        self.check_size(format_args!("the confidence of label `{name}`"), size)?;
        put(&mut self.confidences, name, Confidence::Image(image));
        Ok(())
    }

    /// Removes the confidence of a label, which then counts as 1. Returns whether it was set.
    pub fn unset_confidence(&mut self, name: &str) -> bool {
        self.confidences.remove(name).is_some()
    }

    /// The names of the labels that are set, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.keys().map(String::as_str)
    }

    /// The map of a label; `None` if it is not set, or set to an image.
    pub fn get(&self, name: &str) -> Option<&LabelMap> {
        match self.labels.get(name)? {
            Source::Map(map) => Some(map),
            Source::Image(_) => None,
        }
    }

    /// The names of the labels that have a confidence.
    pub(super) fn confident(&self) -> impl Iterator<Item = &str> {
        self.confidences.keys().map(String::as_str)
    }

    pub(super) fn source(&self, name: &str) -> Option<&Source<'a>> {
        self.labels.get(name)
    }

    pub(super) fn confidence(&self, name: &str) -> Option<&Confidence<'a>> {
        self.confidences.get(name)
    }

    fn check_size(&self, what: Arguments<'_>, size: (usize, usize)) -> Result<()> {
        if size == self.size() {
            return Ok(());
        }
        let expected = format_args!("but the frame has {}x{}", self.width, self.height);
        Err(Error::size(&what.to_string(), size, expected))
    }
}

/// Sets an entry; allocates only if it is new.
fn put<T>(map: &mut BTreeMap<String, T>, name: &str, value: T) {
    match map.get_mut(name) {
        Some(place) => *place = value,
        None => drop(map.insert(name.into(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    #[test]
    fn sizes_are_checked() {
        let mut frame = Frame::new(4, 2);
        let map = |width, height| LabelMap::missing(&Label::depth(), width, height);
        frame.set("depth", map(4, 2)).unwrap();
        let error = frame.set("edges", map(2, 4)).unwrap_err().to_string();
        assert_eq!(error, "label `edges`: 2x4 pixels, but the frame has 4x2");
        assert_eq!(frame.names().collect::<Vec<_>>(), ["depth"]);
        let some = |height, width| Array2::from_elem((height, width), 0.5);
        frame.set_confidence("depth", some(2, 4)).unwrap();
        let error = frame.set_confidence("depth", some(4, 2)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the confidence of label `depth`: 2x4 pixels, but the frame has 4x2"
        );
        assert!(frame.unset_confidence("depth"));
        assert!(!frame.unset_confidence("depth"));
        frame.set_confidence("depth", some(2, 4)).unwrap();
        assert!(frame.unset("depth"));
        assert_eq!(frame.confident().count(), 0);
        assert!(!frame.unset("depth"));
        assert!(frame.get("depth").is_none());
    }
}
