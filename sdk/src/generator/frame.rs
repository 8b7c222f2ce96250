//! What is known about one picture: some labels, dense or with holes.

use std::collections::BTreeMap;

use crate::{
    error::{Error, Result},
    label::LabelMap,
};

/// What is known about one picture. Any label may be absent; the model then treats it as missing
/// everywhere. Names and kinds are checked against the model when a picture is generated.
#[derive(Clone, Debug)]
pub struct Frame {
    width: usize,
    height: usize,
    labels: BTreeMap<String, LabelMap>,
}

impl Frame {
    /// A frame of which nothing is known, for a picture of `width` x `height` pixels.
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

    /// Sets one label, in place of an earlier map of that name.
    ///
    /// # Errors
    /// When the map does not have the frame's size; the frame is then as it was.
    pub fn set(&mut self, name: impl Into<String>, map: LabelMap) -> Result<()> {
        let name = name.into();
        let (width, height) = map.size();
        if (width, height) != self.size() {
            return Err(Error::Size {
                place: format!("label `{name}`"),
                width,
                height,
                expected: format!("but the frame has {}x{}", self.width, self.height),
            });
        }
        self.labels.insert(name, map);
        Ok(())
    }

    /// Takes one label away and returns its map, if there was one.
    pub fn unset(&mut self, name: &str) -> Option<LabelMap> {
        self.labels.remove(name)
    }

    /// The map of one label, if it is set.
    pub fn get(&self, name: &str) -> Option<&LabelMap> {
        self.labels.get(name)
    }

    /// The labels that are set, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &LabelMap)> {
        self.labels.iter().map(|(name, map)| (name.as_str(), map))
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
        assert_eq!(frame.labels().count(), 1);
        assert!(frame.unset("depth").is_some());
        assert!(frame.get("depth").is_none());
    }
}
