//! The schema of one label: its name, what its values mean, and how a missing value is written.

use serde::{Deserialize, Serialize};

use super::{Encoding, PngCode};

/// One label that a model understands.
///
/// In the model file a label is a graph input of the same name: `int32 [N, 1, H, W]` for categorical
/// labels, `float32 [N, channels, H, W]` in physical units for continuous ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// No `deny_unknown_fields`: serde cannot combine it with `flatten`.
pub struct Label {
    /// Name of the label and of the graph input: lower-case letters, digits and `_`, a letter first.
    pub name: String,
    /// What the values are.
    #[serde(flatten)]
    pub values: Values,
    /// Whether the network sees one more channel that is 1 where the label is present and 0 where it
    /// is missing, so that a legal zero and a missing value differ.
    #[serde(default)]
    pub presence: bool,
    /// How PNG files of this label are read, when there is a customary way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub png: Option<PngCode>,
}

/// What the values of a label are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Values {
    /// Class ids, one a pixel.
    Categorical {
        /// Names of the classes; a value is an index into this list.
        classes: Vec<String>,
        /// The id that stands for "not known". Every id outside the list means the same.
        missing: i32,
    },
    /// Real numbers in physical units.
    Continuous {
        /// Numbers a pixel.
        channels: usize,
        /// The physical unit, for example `m` or `1/m`.
        unit: String,
        /// How the numbers become network input, inside the graph.
        encoding: Encoding,
        /// How "not known" is written.
        #[serde(default)]
        missing: MissingValue,
    },
}

/// How a continuous label writes a missing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingValue {
    /// Any channel that is not finite makes the whole pixel missing.
    #[default]
    Nan,
}

/// A label that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("label `{name}`: {reason}")]
pub struct LabelError {
    /// The label's name.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Label {
    /// Numbers a pixel in memory and in the model's input: 1 for categorical labels.
    pub fn channels(&self) -> usize {
        match &self.values {
            Values::Categorical { .. } => 1,
            Values::Continuous { channels, .. } => *channels,
        }
    }

    /// Channels that the network's projection of this label sees: one a class for categorical labels,
    /// and one more when the label carries a presence channel.
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

    /// Checks everything that the types leave open.
    pub fn validate(&self) -> Result<(), LabelError> {
        let fail = |reason: String| {
            Err(LabelError {
                name: self.name.clone(),
                reason,
            })
        };
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
                if is_class(classes, *missing) {
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
            && let Err(reason) = png.validate()
        {
            return fail(reason);
        }
        Ok(())
    }
}

/// Whether an id is an index into the classes; every other one is missing.
pub(crate) fn is_class(classes: &[String], id: i32) -> bool {
    usize::try_from(id).is_ok_and(|id| id < classes.len())
}

/// Checks every label of a model, and that there is at least one and no name comes twice.
pub fn validate_labels(labels: &[Label]) -> Result<(), LabelError> {
    if labels.is_empty() {
        return Err(LabelError {
            name: String::new(),
            reason: "a model needs at least one label".into(),
        });
    }
    for (index, label) in labels.iter().enumerate() {
        label.validate()?;
        if labels[..index].iter().any(|other| other.name == label.name) {
            return Err(LabelError {
                name: label.name.clone(),
                reason: "listed twice".into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_flat_and_survives_a_round_trip() {
        let labels = vec![
            Label::semantics(["wall", "floor"]),
            Label::depth(),
            Label::normals(),
            Label::curvature(),
            Label::edges(),
            Label::albedo(),
        ];
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
        let mut semantics = Label::semantics(["wall"]);
        if let Values::Categorical { missing, .. } = &mut semantics.values {
            *missing = 0;
        }
        assert!(semantics.validate().is_err());
        assert!(validate_labels(&[Label::edges(), Label::edges()]).is_err());
        assert!(validate_labels(&[]).is_err());
    }
}
