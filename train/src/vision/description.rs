//! What goes into a network and what comes out; docs/dataset.md and docs/evaluation.md have examples.

use std::path::PathBuf;

use anyhow::{Result, anyhow, ensure};
use multicond::Size;
use serde::{Deserialize, Serialize};

/// Metadata key of an ONNX file that carries its own description, as TOML.
pub(crate) const VISION_KEY: &str = "multicond.vision";

/// The description of a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    /// The ONNX file, from the description's folder; absent in the metadata of the file itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<PathBuf>,
    /// The output to take; the first if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    pub(crate) input: Input,
    pub(crate) result: ResultKind,
}

/// What the network takes: `[1, 3, height, width]`, each channel `(value * white - mean) / std`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The picture's own width and height if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<usize>,
    #[serde(default)]
    pub(crate) resize: Resize,
    /// The value of white before mean and std, 1 or 255.
    #[serde(default = "one")]
    pub(crate) white: f32,
    #[serde(default)]
    pub(crate) mean: [f32; 3],
    #[serde(default = "ones")]
    pub(crate) std: [f32; 3],
    #[serde(default)]
    pub(crate) order: Order,
}

/// How a picture is brought to the network's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resize {
    /// Catmull-Rom, over as many pixels as it takes when the picture gets smaller.
    #[default]
    Smooth,
    /// Between the nearest two pixels each way whatever the size, as PyTorch's `interpolate` does unless it is told
    /// otherwise.
    Bilinear,
}

/// Which colour comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    #[default]
    Rgb,
    Bgr,
}

fn one() -> f32 {
    1.0
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// What comes out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ResultKind {
    /// One number a pixel; metres are `scale * value + shift`.
    Depth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// One number a pixel; metres are `1 / (scale * value + shift)`.
    InverseDepth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// Inverse depth of unknown scale: the picture's nearest point is this many metres away, its furthest that many.
    RelativeInverseDepth { nearest: f32, furthest: f32 },
    /// A score for each class of each pixel; the highest counts.
    Scores {
        classes: Vec<String>,
        /// Classes that stand for "not known".
        #[serde(default)]
        unknown: Vec<usize>,
    },
    /// The class id of each pixel.
    Ids {
        classes: Vec<String>,
        #[serde(default)]
        unknown: Vec<usize>,
    },
    /// A list of numbers that describes the whole picture.
    Features,
}

impl Description {
    /// Parses and checks a description.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let description: Self =
            toml::from_str(text).map_err(|error| anyhow!(error.to_string().trim().to_owned()))?;
        description.input.check()?;
        Ok(description)
    }
}

impl Input {
    /// Of pictures from -1 to 1 in this size.
    pub(crate) fn signed(size: Size) -> Self {
        Self {
            width: Some(size.width),
            height: Some(size.height),
            resize: Resize::Smooth,
            white: 1.0,
            mean: [0.5; 3],
            std: [0.5; 3],
            order: Order::Rgb,
        }
    }

    /// The size that the network takes a picture of this size in.
    pub(crate) fn size(&self, picture: Size) -> Size {
        Size {
            width: self.width.unwrap_or(picture.width),
            height: self.height.unwrap_or(picture.height),
        }
    }

    fn check(&self) -> Result<()> {
        let sides = 1..=4096;
        ensure!(
            [self.width, self.height]
                .into_iter()
                .flatten()
                .all(|side| sides.contains(&side)),
            "input.width and input.height lie between 1 and 4096"
        );
        ensure!(
            self.width.is_some() == self.height.is_some(),
            "input.width and input.height are given both or neither"
        );
        ensure!(
            self.std.iter().all(|std| std.is_finite() && *std != 0.0),
            "input.std must not be 0"
        );
        Ok(())
    }
}

impl ResultKind {
    /// The classes, where the network tells them.
    pub(crate) fn classes(&self) -> Option<&[String]> {
        match self {
            Self::Scores { classes, .. } | Self::Ids { classes, .. } => Some(classes),
            _ => None,
        }
    }
}
