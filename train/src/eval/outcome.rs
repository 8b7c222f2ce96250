//! The results of an evaluation.

use image::RgbImage;
use multicond::Size;
use serde::Serialize;

use super::{Condition, Difference, Quantity, Scores};
use crate::data::inspect::Shortfall;

/// The results of an evaluation.
#[derive(Serialize)]
pub struct Outcome {
    /// Name of the data.
    pub data: String,
    /// Number of frames scored.
    pub frames: usize,
    /// Size of the pictures.
    pub size: Size,
    /// Random seed for dropping labels.
    pub seed: u64,
    /// Name of the feature network of the Frechet distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_network: Option<String>,
    /// Name of the segmenter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmenter: Option<String>,
    /// Engine that generated the pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// What the data lacks of the models' labels and classes.
    pub missing: Shortfall,
    /// The scores, one row per model and condition.
    pub rows: Vec<Row>,
    /// The segmenter's scores on the ground truth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real_pictures: Option<Scores>,
    /// Differences between models under the same condition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The ground truth of the first frames.
    #[serde(skip)]
    pub shown: Vec<RgbImage>,
}

/// The scores of a model under a condition.
#[derive(Serialize)]
pub struct Row {
    /// Name of the model or baseline.
    pub model: String,
    /// Training step, if it is a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// Which labels were withheld.
    #[serde(flatten)]
    pub condition: Condition,
    /// The scores.
    pub scores: Scores,
    /// Time for generating and scoring, in seconds.
    pub seconds: f64,
    /// The part of it that the SDK needed for generating, in seconds.
    pub generating_seconds: f64,
    /// Model, step and condition, as text.
    #[serde(skip)]
    pub title: String,
    /// The first pictures.
    #[serde(skip)]
    pub shown: Vec<RgbImage>,
}

impl Outcome {
    /// All quantities that were measured in at least one row.
    pub fn quantities(&self) -> Vec<Quantity> {
        let scores = self
            .rows
            .iter()
            .flat_map(|row| row.scores.0.keys().copied());
        let mut found: Vec<Quantity> = scores.collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
