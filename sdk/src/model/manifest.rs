//! What a model file says of itself, as JSON under one metadata key.

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    files::MAX_SIDE,
    label::{Label, LabelError, validate_labels},
};

/// Metadata key that marks a file as ours; its value is [`FORMAT`].
pub const FORMAT_KEY: &str = "multicond.format";
/// Metadata key of the manifest.
pub const MANIFEST_KEY: &str = "multicond.manifest";
/// The format that this version writes and reads.
pub const FORMAT: &str = "1";

/// What a model file says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the model, for people.
    pub name: String,
    /// The system that merges the labels, for example `tlam`.
    pub system: String,
    /// The labels, in the order of the network's tokens.
    pub labels: Vec<Label>,
    /// Width and height of a picture must be multiples of this many pixels.
    pub tile: usize,
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

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Multiply-adds for each pixel of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiplyAdds {
    /// From the labels to the concept tensor.
    pub merge_per_pixel: u64,
    /// From the concept tensor to the picture.
    pub render_per_pixel: u64,
}

/// How a model came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// The data that it saw.
    pub dataset: String,
    /// Optimisation steps.
    pub steps: u64,
    /// Pictures a step.
    pub batch_size: usize,
}

impl Manifest {
    /// The label of this name.
    ///
    /// # Errors
    /// When the model has none of this name; the error lists those it has.
    pub fn label(&self, name: &str) -> Result<&Label, LabelError> {
        let found = self.labels.iter().find(|label| label.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.labels.iter().map(|l| l.name.as_str()).collect();
            LabelError {
                name: name.into(),
                reason: format!("unknown, this model has {}", names.join(", ")),
            }
        })
    }

    /// The smallest size that the model can make and that holds this one.
    pub fn padded_size(&self, width: usize, height: usize) -> (usize, usize) {
        let pad = |side: usize| side.checked_next_multiple_of(self.tile).unwrap_or(side);
        (pad(width), pad(height))
    }

    /// Checks that the model can make pictures of this size.
    ///
    /// # Errors
    /// When a side is zero, larger than [`MAX_SIDE`], or no multiple of [`tile`](Self::tile).
    pub fn check_size(&self, width: usize, height: usize) -> Result<(), Error> {
        let fits = |side: usize| (1..=MAX_SIDE).contains(&side) && side.is_multiple_of(self.tile);
        if fits(width) && fits(height) {
            return Ok(());
        }
        Err(Error::Size {
            place: "the frame".into(),
            width,
            height,
            expected: format!(
                "but this model makes multiples of {} up to {MAX_SIDE}",
                self.tile
            ),
        })
    }

    /// Checks everything that the types leave open.
    pub fn validate(&self) -> Result<(), LabelError> {
        validate_labels(&self.labels)?;
        let fail = |reason: String| {
            Err(LabelError {
                name: self.name.clone(),
                reason,
            })
        };
        if !self.tile.is_power_of_two() || self.tile > 1024 {
            return fail(format!("tile {} is no power of two up to 1024", self.tile));
        }
        if self.concept_channels == 0 {
            return fail("the concept tensor has no channels".into());
        }
        Ok(())
    }
}
