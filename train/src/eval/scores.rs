//! Scores by quantity, of a picture and of a set of pictures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::measures::{ClassCounts, Flicker, Grid};

/// A measured quantity. The order is that of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Peak signal-to-noise ratio in dB.
    Psnr,
    /// Structural similarity, at most 1.
    Ssim,
    /// LPIPS 0.1 with AlexNet.
    LpipsAlex,
    /// LPIPS 0.1 with VGG16.
    LpipsVgg,
    /// Frechet distance to the ground truth of the same frames.
    FrechetDistance,
    /// How far a grid of the model's tiles stands out, relative to the ground truth.
    Grid,
    /// The same for tiles of 8 pixels, if the model's are others.
    #[serde(rename = "grid_8")]
    Grid8,
    /// The same for tiles of 16 pixels, if the model's are others.
    #[serde(rename = "grid_16")]
    Grid16,
    /// Mean absolute difference between pictures of a camera path, warped to the same view.
    Flicker,
    /// The same relative to the ground truth.
    FlickerRatio,
    /// Mean intersection over union; pixels of unknown class are ignored.
    MeanIou,
    /// Fraction of correctly predicted pixels; pixels of unknown class are ignored.
    PixelAccuracy,
    /// Mean intersection over union; pixels of unknown class count as mistakes.
    MeanIouAll,
    /// Fraction of correctly predicted pixels; pixels of unknown class count as mistakes.
    PixelAccuracyAll,
}

impl Quantity {
    /// Short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Psnr => "PSNR, dB",
            Self::Ssim => "SSIM",
            Self::LpipsAlex => "LPIPS Alex",
            Self::LpipsVgg => "LPIPS VGG",
            Self::FrechetDistance => "Frechet",
            Self::Grid => "grid",
            Self::Grid8 => "grid 8",
            Self::Grid16 => "grid 16",
            Self::Flicker => "flicker",
            Self::FlickerRatio => "flicker, ratio",
            Self::MeanIou => "mIoU",
            Self::PixelAccuracy => "accuracy",
            Self::MeanIouAll => "mIoU, all",
            Self::PixelAccuracyAll => "accuracy, all",
        }
    }

    /// Whether higher is better.
    pub fn higher_is_better(self) -> bool {
        matches!(
            self,
            Self::Psnr
                | Self::Ssim
                | Self::MeanIou
                | Self::PixelAccuracy
                | Self::MeanIouAll
                | Self::PixelAccuracyAll
        )
    }

    /// Formats a value with a suitable number of digits.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Psnr | Self::FrechetDistance | Self::FlickerRatio => format!("{value:.2}"),
            _ => format!("{value:.4}"),
        }
    }
}

/// The scores of a set of pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Scores(pub BTreeMap<Quantity, f64>);

/// The scores of one picture.
#[derive(Clone, Debug)]
pub struct PictureScores {
    /// Quantities that are averaged over pictures.
    pub values: BTreeMap<Quantity, f64>,
    /// Pixel counts of the segmenter.
    pub classes: Option<ClassCounts>,
    /// Profiles of grids.
    pub grids: BTreeMap<Quantity, Grid>,
    /// Differences from the picture before it on a camera path.
    pub flicker: Option<Flicker>,
    /// Features for the Frechet distance, if they are kept for confidence intervals.
    pub(super) features: Option<Vec<f32>>,
}

impl Scores {
    /// The scores of a set of pictures, without the Frechet distance.
    pub(super) fn of<'a>(pictures: impl Iterator<Item = &'a PictureScores>) -> Self {
        let mut sums: BTreeMap<Quantity, f64> = BTreeMap::new();
        let mut count = 0_u32;
        let mut grids: BTreeMap<Quantity, Option<Grid>> = BTreeMap::new();
        let mut flicker: Vec<Flicker> = Vec::new();
        let mut classes: Option<ClassCounts> = None;
        for picture in pictures {
            count += 1;
            for (quantity, value) in &picture.values {
                *sums.entry(*quantity).or_default() += value;
            }
            if let Some(counts) = &picture.classes {
                counts.add_to(&mut classes);
            }
            for (quantity, grid) in &picture.grids {
                grid.add_to(grids.entry(*quantity).or_default());
            }
            flicker.extend(picture.flicker);
        }
        sums.values_mut().for_each(|sum| *sum /= f64::from(count));
        let mut scores = Self(sums);
        for (quantity, grid) in grids {
            let ratio = grid.and_then(|grid| grid.ratio());
            scores.0.extend(ratio.map(|ratio| (quantity, ratio)));
        }
        scores.0.extend(Self::of_flicker(&flicker));
        if let Some(classes) = classes {
            scores.0.extend(Self::of_classes(&classes).0);
        }
        scores
    }

    /// The mean flicker, and its ratio to that of the real pictures; empty without a camera path.
    fn of_flicker(pairs: &[Flicker]) -> Vec<(Quantity, f64)> {
        let generated: f64 = pairs.iter().map(|pair| pair.generated).sum();
        let real: f64 = pairs.iter().map(|pair| pair.real).sum();
        let mean = generated / pairs.len() as f64;
        let ratio = generated / real;
        let scores = [(Quantity::Flicker, mean), (Quantity::FlickerRatio, ratio)];
        // Real pictures of one colour do not flicker at all.
        scores
            .into_iter()
            .filter(|(_, score)| score.is_finite())
            .collect()
    }

    /// The segmentation scores; empty if no class is known.
    pub(super) fn of_classes(classes: &ClassCounts) -> Self {
        let scores = classes.scores().map(|scores| {
            [
                (Quantity::MeanIou, scores.known.mean_iou),
                (Quantity::PixelAccuracy, scores.known.pixel_accuracy),
                (Quantity::MeanIouAll, scores.all.mean_iou),
                (Quantity::PixelAccuracyAll, scores.all.pixel_accuracy),
            ]
        });
        Self(scores.into_iter().flatten().collect())
    }
}
