//! The labels of one picture.

use std::collections::BTreeMap;

use crate::{
    error::{Error, Result},
    label::LabelMap,
    pixels::LabelImage,
};

/// The labels of one picture. A label that is not set is missing everywhere. Names and kinds are checked against the
/// model when a picture is generated.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    width: usize,
    height: usize,
    labels: BTreeMap<String, Source<'a>>,
}

/// Where a label's values are.
#[derive(Clone, Debug)]
pub(super) enum Source<'a> {
    Map(LabelMap),
    Image(LabelImage<'a>),
}

impl<'a> Frame<'a> {
    /// A frame without labels, for a picture of `width` x `height` pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            labels: BTreeMap::new(),
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
        self.put(name.as_ref(), map.size(), Source::Map(map))
    }

    /// Sets a label to an image in the caller's memory, which is read when a picture is generated. Replacing a label does
    /// not allocate.
    ///
    /// # Errors
    /// When the image does not have the frame's size; the frame is then unchanged.
    pub fn set_image(&mut self, name: impl AsRef<str>, image: LabelImage<'a>) -> Result<()> {
        self.put(name.as_ref(), image.image.size(), Source::Image(image))
    }

    /// Removes a label. Returns whether it was set.
    pub fn unset(&mut self, name: &str) -> bool {
        self.labels.remove(name).is_some()
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

    pub(super) fn source(&self, name: &str) -> Option<&Source<'a>> {
        self.labels.get(name)
    }

    fn put(&mut self, name: &str, size: (usize, usize), source: Source<'a>) -> Result<()> {
        if size != self.size() {
            let expected = format_args!("but the frame has {}x{}", self.width, self.height);
            return Err(Error::size(&format!("label `{name}`"), size, expected));
        }
        match self.labels.get_mut(name) {
            Some(place) => *place = source,
            None => drop(self.labels.insert(name.into(), source)),
        }
        Ok(())
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
        assert!(frame.unset("depth"));
        assert!(!frame.unset("depth"));
        assert!(frame.get("depth").is_none());
    }
}
