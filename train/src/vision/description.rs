//! Descriptions of a network's input and output; docs/dataset.md and docs/evaluation.md have examples.

use std::path::PathBuf;

use anyhow::{Result, anyhow, ensure};
use multicond::Size;
use serde::{Deserialize, Serialize};

/// Metadata key of ONNX files with an embedded description in TOML.
pub(crate) const VISION_KEY: &str = "multicond.vision";

/// The description of a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    /// The ONNX file, relative to the description's folder; absent in an embedded description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<PathBuf>,
    /// Name of the output; the first output if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    pub(crate) input: Input,
    pub(crate) result: ResultKind,
}

/// The network's input: `[1, 3, height, width]`, each channel `(value * white - mean) / std`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The input size; the picture's size if absent.
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

/// How pictures are resized to the network's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resize {
    /// Catmull-Rom, with antialiasing.
    #[default]
    Smooth,
    /// Bilinear without antialiasing, the default of PyTorch's `interpolate`.
    Bilinear,
}

/// Order of the colour channels.
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

/// The network's output.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ResultKind {
    /// One value per pixel; metres are `scale * value + shift`.
    Depth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// One value per pixel; metres are `1 / (scale * value + shift)`.
    InverseDepth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// Inverse depth of unknown scale, mapped so that the nearest and furthest points of a picture are at these
    /// distances in metres.
    RelativeInverseDepth { nearest: f32, furthest: f32 },
    /// A score per class and pixel; the class with the highest score is used.
    Scores {
        classes: Vec<String>,
        /// Classes that mean "unknown".
        #[serde(default)]
        unknown: Vec<usize>,
    },
    /// The class id of each pixel.
    Ids {
        classes: Vec<String>,
        #[serde(default)]
        unknown: Vec<usize>,
    },
    /// A feature vector or feature maps.
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
    /// An input of this size with values from -1 to 1.
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

    /// The input size for a picture of this size.
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
            "input.width and input.height must be between 1 and 4096"
        );
        ensure!(
            self.width.is_some() == self.height.is_some(),
            "input.width and input.height must be given together"
        );
        ensure!(
            self.std.iter().all(|std| std.is_finite() && *std != 0.0),
            "input.std must not be 0"
        );
        Ok(())
    }
}

impl ResultKind {
    /// The classes, if the output is classes.
    pub(crate) fn classes(&self) -> Option<&[String]> {
        match self {
            Self::Scores { classes, .. } | Self::Ids { classes, .. } => Some(classes),
            _ => None,
        }
    }
}
