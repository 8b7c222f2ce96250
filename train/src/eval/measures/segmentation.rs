//! Segmentation metrics: mIoU and pixel accuracy.

use std::ops::AddAssign;

use ndarray::ArrayView2;

/// Pixel counts per class: the part of a confusion matrix that the scores need. Counts of several pictures can be
/// added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCounts {
    pixels: u64,
    classes: Vec<Class>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Class {
    /// Pixels of the class.
    truth: u64,
    /// Pixels of the class that are predicted as it.
    hits: u64,
    /// Pixels of known class that are predicted as this class.
    seen: u64,
    /// Pixels of unknown class that are predicted as this class.
    seen_elsewhere: u64,
}

/// Scores with two ways of counting pixels of unknown class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentationScores {
    /// Unknown pixels are ignored, as in the evaluation of Cityscapes.
    pub known: ClassScores,
    /// Unknown pixels count as mistakes, as in the accuracies published in the SPADE and CC-FPSE papers.
    pub all: ClassScores,
}

/// Scores from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassScores {
    /// Mean intersection over union; classes that neither occur nor are predicted are ignored.
    pub mean_iou: f64,
    /// Fraction of pixels that are predicted correctly.
    pub pixel_accuracy: f64,
}

impl ClassCounts {
    /// Counts without pixels.
    pub fn new(classes: usize) -> Self {
        Self {
            pixels: 0,
            classes: vec![Class::default(); classes],
        }
    }

    /// Adds a picture. Ids that are not a class mean "unknown" in `truth` and "no class" in `seen`.
    ///
    /// # Panics
    /// When the two differ in size.
    pub fn add(&mut self, truth: ArrayView2<'_, i32>, seen: ArrayView2<'_, i32>) {
        assert_eq!(truth.dim(), seen.dim(), "maps of one size");
        for (&truth, &seen) in truth.iter().zip(seen) {
            self.pixels += 1;
            let class = |id| {
                usize::try_from(id)
                    .ok()
                    .filter(|&id| id < self.classes.len())
            };
            let (truth, seen) = (class(truth), class(seen));
            if let Some(truth) = truth {
                self.classes[truth].truth += 1;
                self.classes[truth].hits += u64::from(seen == Some(truth));
            }
            if let Some(seen) = seen {
                match truth {
                    Some(_) => self.classes[seen].seen += 1,
                    None => self.classes[seen].seen_elsewhere += 1,
                }
            }
        }
    }

    /// Adds these counts to a sum, which may still be `None`.
    pub fn add_to(&self, sum: &mut Option<Self>) {
        match sum {
            None => *sum = Some(self.clone()),
            Some(sum) => *sum += self,
        }
    }

    /// The scores; `None` if no pixel has a known class.
    pub fn scores(&self) -> Option<SegmentationScores> {
        let known: u64 = self.classes.iter().map(|class| class.truth).sum();
        let hits: u64 = self.classes.iter().map(|class| class.hits).sum();
        let score = |pixels: u64, seen: fn(&Class) -> u64| {
            let unions = self.classes.iter().filter_map(|class| {
                let union = class.truth + seen(class) - class.hits;
                (union > 0).then(|| class.hits as f64 / union as f64)
            });
            let ratios: Vec<f64> = unions.collect();
            ClassScores {
                mean_iou: ratios.iter().sum::<f64>() / ratios.len() as f64,
                pixel_accuracy: hits as f64 / pixels as f64,
            }
        };
        (known > 0).then(|| SegmentationScores {
            known: score(known, |class| class.seen),
            all: score(self.pixels, |class| class.seen + class.seen_elsewhere),
        })
    }
}

impl AddAssign<&Self> for ClassCounts {
    fn add_assign(&mut self, other: &Self) {
        self.pixels += other.pixels;
        for (class, other) in self.classes.iter_mut().zip(&other.classes) {
            class.truth += other.truth;
            class.hits += other.hits;
            class.seen += other.seen;
            class.seen_elsewhere += other.seen_elsewhere;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn both_ways_of_counting() {
        let truth = array![[0, 0, 1, -1], [0, 1, 1, 255]];
        let seen = array![[0, 1, 1, 1], [0, 1, 1, -1]];
        let mut counts = ClassCounts::new(3);
        counts.add(truth.view(), seen.view());
        let scores = counts.scores().unwrap();
        // Class 0: 2 of 3; class 1: 3 of 4, or of 5 with the unknown pixel; class 2 does not occur.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(scores.known.mean_iou, (2.0 / 3.0 + 3.0 / 4.0) / 2.0);
        close(scores.known.pixel_accuracy, 5.0 / 6.0);
        close(scores.all.mean_iou, (2.0 / 3.0 + 3.0 / 5.0) / 2.0);
        close(scores.all.pixel_accuracy, 5.0 / 8.0);
    }

    #[test]
    fn sums_are_those_of_the_pixels() {
        let (truth, seen) = (array![[0, 1, 1]], array![[0, 0, 1]]);
        let mut twice = ClassCounts::new(2);
        twice.add(truth.view(), seen.view());
        let once = twice.clone();
        twice += &once;
        assert_eq!(twice.scores(), once.scores());
        assert_eq!(ClassCounts::new(2).scores(), None);
    }
}
