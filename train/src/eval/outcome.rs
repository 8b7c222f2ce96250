//! What came out of an evaluation.

use image::RgbImage;
use multicond::Size;
use serde::Serialize;

use super::{Condition, Difference, Quantity, Scores};

/// An evaluation, done.
#[derive(Serialize)]
pub struct Outcome {
    /// Name of the data.
    pub data: String,
    /// Frames that were scored.
    pub frames: usize,
    /// Size of the pictures.
    pub size: Size,
    /// What was dropped of labels follows from it.
    pub seed: u64,
    /// Name of the network behind the Frechet distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_network: Option<String>,
    /// Name of the network behind the scores of classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmenter: Option<String>,
    /// Engine that made the pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Scores, row by row.
    pub rows: Vec<Row>,
    /// What the segmenter makes of the real pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real_pictures: Option<Scores>,
    /// Differences between models under the same condition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The first real pictures.
    #[serde(skip)]
    pub shown: Vec<RgbImage>,
}

/// Scores of one model under one condition.
#[derive(Serialize)]
pub struct Row {
    /// What made the pictures.
    pub model: String,
    /// The step of a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// Which labels it was not given.
    #[serde(flatten)]
    pub condition: Condition,
    /// What was measured.
    pub scores: Scores,
    /// Seconds that making and scoring took.
    pub seconds: f64,
    /// Seconds of them that the SDK took to make the pictures.
    pub generating_seconds: f64,
    /// Model, step and condition in words.
    #[serde(skip)]
    pub title: String,
    /// The first pictures.
    #[serde(skip)]
    pub shown: Vec<RgbImage>,
}

impl Outcome {
    /// What was measured in any row.
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
