//! The manifest, a model file's description of itself: JSON under one metadata key.

use serde::{Deserialize, Serialize};

use super::FixedShape;
use crate::{
    error::{Error, ErrorKind, Result},
    label::{Label, validate_labels},
    limits::{MAX_SIDE, is_size},
    size::Size,
};

/// Metadata key that marks a file as a multicond model; its value is [`FORMAT`].
pub const FORMAT_KEY: &str = "multicond.format";
/// Metadata key of the manifest.
pub const MANIFEST_KEY: &str = "multicond.manifest";
/// The format that this version writes and reads.
pub const FORMAT: &str = "1";
/// The format of files whose inputs are encoded labels. It is for other programs; [`ModelFile`](super::ModelFile)
/// refuses it.
pub const ENCODED_FORMAT: &str = "1-encoded";

/// A model file's description of itself. Fields that this version does not know are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Display name of the model.
    pub name: String,
    /// The architecture, for information: how labels are merged, for example `tlam`, followed by the network that
    /// renders the picture if it is not the default, for example `tlam+spade`.
    pub system: String,
    /// The labels, in the network's order.
    pub labels: Vec<Label>,
    /// Whether the model takes, for each label, the confidence of each pixel; see [`Label::confidence_input`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidence: bool,
    /// Width and height of a picture must be multiples of this many pixels; a power of two, at most 1024.
    pub size_multiple: usize,
    /// Channels of the concept tensor.
    pub concept_channels: usize,
    /// Size of the training pictures.
    pub trained_size: Size,
    /// Number of trained parameters.
    pub parameters: u64,
    /// Cost of the model.
    pub multiply_adds: MultiplyAdds,
    /// How the model was trained; `None` if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// Notice that must accompany the model, for example for the training data's licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The only pictures that the model generates; `None` if their number and size are free. Not part of the JSON in a
    /// model file: the graph says it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<FixedShape>,
}

/// The cost of a model: multiply-adds per pixel of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiplyAdds {
    /// From the labels to the concept tensor.
    pub merge_per_pixel: u64,
    /// From the concept tensor to the picture.
    pub render_per_pixel: u64,
}

/// How a model was trained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Training {
    /// Name of the training data.
    pub dataset: String,
    /// Optimisation steps.
    pub steps: u64,
    /// Pictures per step.
    pub batch_size: usize,
}

impl Training {
    /// Training for `steps` steps of `batch_size` pictures.
    pub fn new(dataset: impl Into<String>, steps: u64, batch_size: usize) -> Self {
        Self {
            dataset: dataset.into(),
            steps,
            batch_size,
        }
    }
}

impl Manifest {
    /// A manifest with these labels. Pictures may have any size, the trained size is 256x256, and everything else is
    /// zero or empty.
    pub fn new(name: impl Into<String>, labels: Vec<Label>, concept_channels: usize) -> Self {
        Self {
            name: name.into(),
            system: String::new(),
            labels,
            confidence: false,
            size_multiple: 1,
            concept_channels,
            trained_size: Size::new(256, 256),
            parameters: 0,
            multiply_adds: MultiplyAdds::default(),
            training: None,
            notice: None,
            fixed: None,
        }
    }

    /// The label with this name.
    ///
    /// # Errors
    /// When the model has no such label; the error lists its labels.
    pub fn label(&self, name: &str) -> Result<&Label> {
        let found = self.labels.iter().find(|label| label.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.labels.iter().map(|l| l.name.as_str()).collect();
            Error::label(
                name,
                format_args!("unknown, this model has {}", names.join(", ")),
            )
        })
    }

    /// The size of pictures that suits the model best.
    pub fn best_size(&self) -> Size {
        self.fixed.map_or(self.trained_size, |fixed| fixed.size)
    }

    /// Width and height rounded up to multiples of [`size_multiple`](Self::size_multiple), or to the only size.
    pub fn padded_size(&self, width: usize, height: usize) -> (usize, usize) {
        if let Some(fixed) = self.fixed {
            return (fixed.size.width, fixed.size.height);
        }
        let pad = |side: usize| {
            side.checked_next_multiple_of(self.size_multiple)
                .unwrap_or(side)
        };
        (pad(width), pad(height))
    }

    /// Checks that the model can generate pictures of this size.
    ///
    /// # Errors
    /// When a side is zero, larger than [`MAX_SIDE`], or not a multiple of [`size_multiple`](Self::size_multiple), or the
    /// model is for another size only.
    pub fn check_size(&self, width: usize, height: usize) -> Result<()> {
        if let Some(fixed) = self.fixed
            && fixed.size != Size::new(width, height)
        {
            let expected = format_args!("but this model was exported for {} only", fixed.size);
            return Err(Error::size("the frame", (width, height), expected));
        }
        let fits = |side: usize| side.is_multiple_of(self.size_multiple);
        if is_size(width, height) && fits(width) && fits(height) {
            return Ok(());
        }
        let expected = format_args!(
            "but this model makes multiples of {} up to {MAX_SIDE}",
            self.size_multiple
        );
        Err(Error::size("the frame", (width, height), expected))
    }

    /// Checks that the model can generate pictures of this size after padding, see [`padded_size`](Self::padded_size).
    ///
    /// # Errors
    /// When a side is zero or larger than [`MAX_SIDE`], or than that of the model's only size.
    pub fn check_padded_size(&self, width: usize, height: usize) -> Result<()> {
        let most = match self.fixed {
            Some(fixed) => fixed.size,
            None => Size::new(MAX_SIDE, MAX_SIDE),
        };
        if is_size(width, height) && width <= most.width && height <= most.height {
            return Ok(());
        }
        let expected = match self.fixed {
            Some(_) => format!("but this model was exported for {most} only, and pads to that"),
            None => format!("expected 1 to {MAX_SIDE} each way"),
        };
        Err(Error::size("the frame", (width, height), expected))
    }

    /// The label with this name, if the model takes its confidence.
    ///
    /// # Errors
    /// When the model has no such label, or takes no confidences.
    pub fn confidence_of(&self, name: &str) -> Result<&Label> {
        let label = self.label(name)?;
        match self.confidence {
            true => Ok(label),
            false => Err(Error::label(
                name,
                "has a confidence, but this model takes none",
            )),
        }
    }

    /// The names of the inputs for confidences, one per label; none if the model takes no confidence.
    pub fn confidence_inputs(&self) -> impl Iterator<Item = String> {
        let labels = self.labels.iter().filter(|_| self.confidence);
        labels.map(Label::confidence_input)
    }

    /// Checks the labels, the size multiple and the number of concept channels.
    ///
    /// # Errors
    /// When one of them is invalid.
    pub fn validate(&self) -> Result<()> {
        validate_labels(&self.labels)?;
        let fail = |reason: String| Err(Error::new(ErrorKind::Model, "", reason));
        let is_label = |name: &String| self.labels.iter().any(|label| label.name == *name);
        if let Some(name) = self.confidence_inputs().find(is_label) {
            return fail(format!(
                "label `{name}` has the name of the confidence of another label"
            ));
        }
        let multiple = self.size_multiple;
        if !multiple.is_power_of_two() || multiple > 1024 {
            return fail(format!(
                "size_multiple {multiple} is no power of two up to 1024"
            ));
        }
        if self.concept_channels == 0 {
            return fail("the concept tensor has no channels".into());
        }
        Ok(())
    }
}
