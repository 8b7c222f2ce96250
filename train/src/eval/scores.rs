//! Scores by name, of one picture and of a set.

use std::collections::BTreeMap;

use serde::Serialize;

use super::measures::ClassCounts;

/// Something that is measured, in the order of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Peak signal-to-noise ratio in dB.
    Psnr,
    /// Structural similarity, at most 1.
    Ssim,
    /// LPIPS 0.1 on AlexNet.
    LpipsAlex,
    /// LPIPS 0.1 on VGG16.
    LpipsVgg,
    /// Frechet distance to the real pictures of the same frames.
    FrechetDistance,
    /// Mean intersection over union; pixels of unknown class do not count.
    MeanIou,
    /// Share of pixels that are seen as what they are; pixels of unknown class do not count.
    PixelAccuracy,
    /// Mean intersection over union; pixels of unknown class count as mistakes.
    MeanIouAll,
    /// Share of pixels that are seen as what they are; pixels of unknown class count as mistakes.
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
            Self::MeanIou => "mIoU",
            Self::PixelAccuracy => "accuracy",
            Self::MeanIouAll => "mIoU, all",
            Self::PixelAccuracyAll => "accuracy, all",
        }
    }

    /// Whether higher is better.
    pub fn higher_is_better(self) -> bool {
        !matches!(
            self,
            Self::LpipsAlex | Self::LpipsVgg | Self::FrechetDistance
        )
    }

    /// A value with as many digits as it deserves.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Psnr | Self::FrechetDistance => format!("{value:.2}"),
            _ => format!("{value:.4}"),
        }
    }
}

/// What was measured of a set of pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Scores(pub BTreeMap<Quantity, f64>);

/// What was measured of one picture.
#[derive(Clone, Debug)]
pub struct PictureScores {
    /// What is a mean over pictures.
    pub values: BTreeMap<Quantity, f64>,
    /// What the segmenter saw.
    pub classes: Option<ClassCounts>,
    /// What the Frechet distance compares, where it is kept for intervals.
    pub(super) features: Option<Vec<f32>>,
}

impl Scores {
    /// Of a set of pictures, all but the Frechet distance.
    pub(super) fn of<'a>(pictures: impl Iterator<Item = &'a PictureScores>) -> Self {
        let mut sums: BTreeMap<Quantity, f64> = BTreeMap::new();
        let mut count = 0_u32;
        let mut classes: Option<ClassCounts> = None;
        for picture in pictures {
            count += 1;
            for (quantity, value) in &picture.values {
                *sums.entry(*quantity).or_default() += value;
            }
            if let Some(counts) = &picture.classes {
                counts.add_to(&mut classes);
            }
        }
        sums.values_mut().for_each(|sum| *sum /= f64::from(count));
        let mut scores = Self(sums);
        if let Some(classes) = classes {
            scores.0.extend(Self::of_classes(&classes).0);
        }
        scores
    }

    /// Of what a segmenter saw; nothing where no class is known.
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
