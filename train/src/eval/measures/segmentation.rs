//! How many pixels of generated pictures a segmenter takes for what they ought to be.

use std::ops::AddAssign;

use ndarray::ArrayView2;

/// Pixels by class: as much of a confusion matrix as the scores need. Sums of them are those of several pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCounts {
    pixels: u64,
    classes: Vec<Class>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Class {
    /// Pixels that are of the class.
    truth: u64,
    /// Those of them that were seen as it.
    hits: u64,
    /// Pixels whose class is known that were seen as it.
    seen: u64,
    /// Pixels whose class is not known that were seen as it.
    seen_elsewhere: u64,
}

/// Scores in both ways of counting pixels whose class the data does not tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentationScores {
    /// Such pixels do not count, as in Cityscapes' own evaluation.
    pub known: ClassScores,
    /// They count as mistakes, as in the accuracies that SPADE's and CC-FPSE's papers print.
    pub all: ClassScores,
}

/// Shares from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassScores {
    /// Mean over the classes of intersection over union; classes that neither occur nor were seen do not count.
    pub mean_iou: f64,
    /// Pixels that were seen as what they are.
    pub pixel_accuracy: f64,
}

impl ClassCounts {
    /// Of no pixels.
    pub fn new(classes: usize) -> Self {
        Self {
            pixels: 0,
            classes: vec![Class::default(); classes],
        }
    }

    /// Counts one picture. Ids that are no class stand for "not known" in `truth`, and for no class in `seen`.
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

    /// Adds the counts of more pictures to a sum that may have none yet.
    pub fn add_to(&self, sum: &mut Option<Self>) {
        match sum {
            None => *sum = Some(self.clone()),
            Some(sum) => *sum += self,
        }
    }

    /// The scores; `None` where no pixel has a known class.
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
        // Class 0: 2 of 3; class 1: 3 of 4, or of 5 with the pixel that is not known; class 2 does not occur.
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
