//! The schema of one label: its name, what its values mean, and how a missing value is written.

use serde::{Deserialize, Serialize};

use super::{Encoding, PngCode};
use crate::error::{Error, Result};

/// One label that a model takes as input.
///
/// In the model file a label is a graph input of the same name: `int32 [N, 1, H, W]` for a categorical label,
/// `float32 [N, channels, H, W]` in physical units for a continuous one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
// No `deny_unknown_fields`: serde cannot combine it with `flatten`.
pub struct Label {
    /// Name of the label and of the graph input: lower-case letters, digits and `_`, starting with a letter.
    pub name: String,
    /// Private, so that code that depends on the kind of label stays in this file.
    #[serde(flatten)]
    values: Values,
    /// Whether the network gets a presence channel: 1 where the label has a value and 0 where it is missing. It
    /// distinguishes a value that is encoded as zero from a missing one.
    #[serde(default)]
    pub presence: bool,
    /// How PNG files of this label are encoded. `None`: the label cannot be read from PNG files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub png: Option<PngCode>,
}

/// What the values of a label are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Values {
    /// Class ids, one per pixel.
    Categorical {
        /// Names of the classes; a value is an index into this list.
        classes: Vec<String>,
        /// The id written for "missing". Every id outside the list means missing.
        missing: i32,
    },
    /// Real numbers in physical units.
    Continuous {
        /// Numbers per pixel.
        channels: usize,
        /// The physical unit, for example `m` or `1/m`.
        unit: String,
        /// How the numbers become network input, inside the graph.
        encoding: Encoding,
        /// How "missing" is written.
        #[serde(default)]
        missing: MissingValue,
    },
}

/// How a continuous label writes a missing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MissingValue {
    /// Any channel that is not finite, or of a magnitude of 1e30 or more, makes the whole pixel missing.
    #[default]
    Nan,
}

impl Label {
    /// A categorical label with a presence channel and without a PNG code. The missing id is 255, or 65535 if there are
    /// more than 255 classes.
    pub fn categorical<S: Into<String>>(
        name: impl Into<String>,
        classes: impl IntoIterator<Item = S>,
    ) -> Self {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let missing = default_missing(classes.len());
        Self {
            name: name.into(),
            values: Values::Categorical { classes, missing },
            presence: true,
            png: None,
        }
    }

    /// A continuous label, with `channels` numbers per pixel in a physical unit, a presence channel and no PNG code.
    pub fn continuous(
        name: impl Into<String>,
        channels: usize,
        unit: impl Into<String>,
        encoding: Encoding,
    ) -> Self {
        Self {
            name: name.into(),
            values: Values::Continuous {
                channels,
                unit: unit.into(),
                encoding,
                missing: MissingValue::Nan,
            },
            presence: true,
            png: None,
        }
    }

    /// Sets the name.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// Sets whether there is a presence channel.
    #[must_use]
    pub fn with_presence(self, presence: bool) -> Self {
        Self { presence, ..self }
    }

    /// Sets or removes the PNG code.
    #[must_use]
    pub fn with_png(self, png: impl Into<Option<PngCode>>) -> Self {
        Self {
            png: png.into(),
            ..self
        }
    }

    /// Sets the missing id of a categorical label. Does nothing to a continuous one.
    #[must_use]
    pub fn with_missing_class(mut self, id: i32) -> Self {
        if let Values::Categorical { missing, .. } = &mut self.values {
            *missing = id;
        }
        self
    }

    /// Sets the classes of a categorical label. Does nothing to a continuous one. The missing id stays, unless it would
    /// be that of a class.
    #[must_use]
    pub fn with_classes<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        if let Values::Categorical { classes, missing } = &mut self.values {
            *classes = names.into_iter().map(Into::into).collect();
            if usize::try_from(*missing).is_ok_and(|id| id < classes.len()) {
                *missing = default_missing(classes.len());
            }
        }
        self
    }

    /// Sets the number of channels of a continuous label. Does nothing to a categorical one.
    #[must_use]
    pub fn with_channels(mut self, count: usize) -> Self {
        if let Values::Continuous { channels, .. } = &mut self.values {
            *channels = count;
        }
        self
    }

    /// Sets the encoding of a continuous label. Does nothing to a categorical one.
    #[must_use]
    pub fn with_encoding(mut self, formula: Encoding) -> Self {
        if let Values::Continuous { encoding, .. } = &mut self.values {
            *encoding = formula;
        }
        self
    }

    /// The name of the model's input for the confidence of this label, if the model takes confidences.
    pub fn confidence_input(&self) -> String {
        format!("{}_confidence", self.name)
    }

    /// Numbers per pixel in memory and in the model's input: 1 for categorical labels.
    pub fn channels(&self) -> usize {
        match &self.values {
            Values::Categorical { .. } => 1,
            Values::Continuous { channels, .. } => *channels,
        }
    }

    /// Channels of the encoded label: one per class of a categorical label or one per channel of a continuous one, plus
    /// one if there is a presence channel.
    pub fn network_channels(&self) -> usize {
        let values = match &self.values {
            Values::Categorical { classes, .. } => classes.len(),
            Values::Continuous { channels, .. } => *channels,
        };
        values + usize::from(self.presence)
    }

    /// The class names of a categorical label, `None` for a continuous one.
    pub fn classes(&self) -> Option<&[String]> {
        match &self.values {
            Values::Categorical { classes, .. } => Some(classes),
            Values::Continuous { .. } => None,
        }
    }

    /// The number of classes of a categorical label, 0 for a continuous one.
    pub fn class_count(&self) -> usize {
        self.classes().map_or(0, <[String]>::len)
    }

    /// The missing id of a categorical label, `None` for a continuous one.
    pub fn missing_class(&self) -> Option<i32> {
        match self.values {
            Values::Categorical { missing, .. } => Some(missing),
            Values::Continuous { .. } => None,
        }
    }

    /// The encoding of a continuous label, `None` for a categorical one.
    pub fn encoding(&self) -> Option<Encoding> {
        match self.values {
            Values::Categorical { .. } => None,
            Values::Continuous { encoding, .. } => Some(encoding),
        }
    }

    /// The unit of a continuous label, for example `m`; `None` for a categorical one.
    pub fn unit(&self) -> Option<&str> {
        match &self.values {
            Values::Categorical { .. } => None,
            Values::Continuous { unit, .. } => Some(unit),
        }
    }

    /// Whether the values are unit vectors.
    pub fn is_direction(&self) -> bool {
        self.encoding() == Some(Encoding::Direction)
    }

    /// Whether two labels hold the same data: the same name, and the same classes or number of channels. Everything
    /// else, such as the presence channel and the PNG code, may differ.
    pub fn is_same_data(&self, other: &Self) -> bool {
        self.name == other.name
            && self.classes() == other.classes()
            && self.channels() == other.channels()
    }

    /// Checks the name, the classes or channels, the encoding and the PNG code.
    ///
    /// # Errors
    /// When one of them is invalid.
    pub fn validate(&self) -> Result<()> {
        let fail = |reason: String| Err(Error::label(&self.name, reason));
        let mut letters = self.name.chars();
        let starts_well = letters.next().is_some_and(|c| c.is_ascii_lowercase());
        if !starts_well
            || !letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            return fail(
                "a name is lower-case letters, digits and `_`, starting with a letter".into(),
            );
        }
        if matches!(self.name.as_str(), "image" | "concept") {
            return fail("this name is taken by an output of the model".into());
        }
        match &self.values {
            Values::Categorical { classes, missing } => {
                if classes.is_empty() || classes.len() > 65_535 {
                    return fail(format!("needs 1 to 65535 classes, not {}", classes.len()));
                }
                if usize::try_from(*missing).is_ok_and(|id| id < classes.len()) {
                    return fail(format!("missing value {missing} is a class id"));
                }
            }
            Values::Continuous {
                channels, encoding, ..
            } => {
                if !(1..=16).contains(channels) {
                    return fail(format!("needs 1 to 16 channels, not {channels}"));
                }
                if let Err(reason) = encoding.validate(*channels) {
                    return fail(reason);
                }
            }
        }
        if let Some(png) = &self.png
            && let Err(reason) = png.validate(self.encoding(), self.channels())
        {
            return fail(reason);
        }
        Ok(())
    }
}

/// The missing id of a label with so many classes, unless another is set.
fn default_missing(classes: usize) -> i32 {
    if classes <= 255 { 255 } else { 65_535 }
}

/// Checks the labels of a model: there is at least one, each is valid, and names are unique.
///
/// # Errors
/// When a label is invalid, a name occurs twice, or there is no label.
pub fn validate_labels(labels: &[Label]) -> Result<()> {
    if labels.is_empty() {
        return Err(Error::label("", "a model needs at least one label"));
    }
    for (index, label) in labels.iter().enumerate() {
        label.validate()?;
        if labels[..index].iter().any(|other| other.name == label.name) {
            return Err(Error::label(&label.name, "listed twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_flat_and_survives_a_round_trip() {
        let labels = Label::built_in(["wall", "floor"]);
        validate_labels(&labels).expect("built-in labels are valid");
        let json = serde_json::to_value(&labels).expect("labels serialise");
        assert_eq!(json[0]["kind"], "categorical");
        assert_eq!(json[1]["unit"], "m");
        assert_eq!(json[1]["missing"], "nan");
        let back: Vec<Label> = serde_json::from_value(json).expect("labels parse");
        assert_eq!(back, labels);
    }

    #[test]
    fn names_and_classes_are_checked() {
        let mut label = Label::depth();
        label.name = "Depth".into();
        assert!(label.validate().is_err());
        label.name = "concept".into();
        assert!(label.validate().is_err());
        let semantics = Label::semantics(["wall"]).with_missing_class(0);
        assert!(semantics.validate().is_err());
        assert!(validate_labels(&[Label::edges(), Label::edges()]).is_err());
        assert!(validate_labels(&[]).is_err());
    }
}
