//! What a model file says of itself, as JSON under one metadata key.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, ErrorKind, Result},
    label::{Label, validate_labels},
    limits::{MAX_SIDE, is_size},
    size::Size,
};

/// Metadata key that marks a file as ours; its value is [`FORMAT`].
pub const FORMAT_KEY: &str = "multicond.format";
/// Metadata key of the manifest.
pub const MANIFEST_KEY: &str = "multicond.manifest";
/// The format that this version writes and reads.
pub const FORMAT: &str = "1";

/// What a model file says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Name of the model, for people.
    pub name: String,
    /// The system that merges the labels, for example `tlam`.
    pub system: String,
    /// The labels, in the order of the network's tokens.
    pub labels: Vec<Label>,
    /// Width and height of a picture must be multiples of this many pixels.
    pub size_multiple: usize,
    /// Channels of the concept tensor.
    pub concept_channels: usize,
    /// Size of the pictures that the model was trained on.
    pub trained_size: Size,
    /// Trained numbers in the file.
    pub parameters: u64,
    /// Cost of one picture.
    pub multiply_adds: MultiplyAdds,
    /// How the model came to be; absent for untrained ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// Notice that must go with the model, for example of the training data's licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// Multiply-adds for each pixel of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiplyAdds {
    /// From the labels to the concept tensor.
    pub merge_per_pixel: u64,
    /// From the concept tensor to the picture.
    pub render_per_pixel: u64,
}

/// How a model came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Training {
    /// The data that it saw.
    pub dataset: String,
    /// Optimisation steps.
    pub steps: u64,
    /// Pictures per step.
    pub batch_size: usize,
}

impl Training {
    /// So many steps on this data.
    pub fn new(dataset: impl Into<String>, steps: u64, batch_size: usize) -> Self {
        Self {
            dataset: dataset.into(),
            steps,
            batch_size,
        }
    }
}

impl Manifest {
    /// A manifest of a model with these labels, any size, and nothing else known of it.
    pub fn new(name: impl Into<String>, labels: Vec<Label>, concept_channels: usize) -> Self {
        Self {
            name: name.into(),
            system: String::new(),
            labels,
            size_multiple: 1,
            concept_channels,
            trained_size: Size::new(256, 256),
            parameters: 0,
            multiply_adds: MultiplyAdds::default(),
            training: None,
            notice: None,
        }
    }

    /// The label of this name.
    ///
    /// # Errors
    /// When the model has none of this name; the error lists those it has.
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

    /// The smallest size that the model can make and that holds this one.
    pub fn padded_size(&self, width: usize, height: usize) -> (usize, usize) {
        let pad = |side: usize| {
            side.checked_next_multiple_of(self.size_multiple)
                .unwrap_or(side)
        };
        (pad(width), pad(height))
    }

    /// Checks that the model can make pictures of this size.
    ///
    /// # Errors
    /// When a side is zero, larger than [`MAX_SIDE`], or no multiple of [`size_multiple`](Self::size_multiple).
    pub fn check_size(&self, width: usize, height: usize) -> Result<()> {
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

    /// Checks everything that the types leave open.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn validate(&self) -> Result<()> {
        validate_labels(&self.labels)?;
        let fail = |reason: String| Err(Error::new(ErrorKind::Model, "", reason));
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
